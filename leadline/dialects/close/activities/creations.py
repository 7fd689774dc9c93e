"""The creation of leads as an activity in the Close dialect: ``/api/v1/activity/created/``.

Nothing is stored for it: the lead itself knows, and its id is that of the activity too.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from leadline.dialects.close.activities.activities import list_activities
from leadline.dialects.close.protocol.resource import Resource, get_operation
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null, spell_time
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.users.queries import names_of
from leadline.kernel.rights import Right
from leadline.wire.operation import Request


class CreationShape(TypedDict):
    _type: Literal["Created"]
    activity_at: str
    contact_id: None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_updated: str
    id: str
    import_id: None
    lead_id: str
    organization_id: str
    source: Literal["api", "import"]
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]


async def show(request: Request[Any], found: list[Lead]) -> list[CreationShape]:
    names = await names_of(request.unit, {lead.created_by for lead in found})
    return [_spell(lead, names.get(lead.created_by)) for lead in found]


def _spell(lead: Lead, name: str | None) -> CreationShape:
    moment, who = spell_time(lead.created_at), spell_id_or_null("user", lead.created_by)
    return {
        "_type": "Created",
        "activity_at": moment,
        "contact_id": None,
        "created_by": who,
        "created_by_name": name,
        "date_created": moment,
        "date_updated": moment,
        "id": spell_id("acti", lead.id),
        "import_id": None,
        "lead_id": spell_id("lead", lead.id),
        "organization_id": spell_id("orga", lead.organization_id),
        # Every lead that was imported is known by an id from elsewhere.
        "source": "api" if lead.external_id is None else "import",
        "updated_by": who,
        "updated_by_name": name,
        "user_id": who,
        "user_name": name,
        "users": [],
    }


RESOURCE = Resource(
    noun="creation",
    tag="Creations",
    path="/api/v1/activity/created/",
    prefix="acti",
    table=LEADS,
    shape=CreationShape,
    show=show,
    read=Right.LEAD_READ,
    write=Right.LEAD_WRITE,
)

OPERATIONS = (list_activities(RESOURCE, "Created"), get_operation(RESOURCE))
