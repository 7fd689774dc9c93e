"""Outcomes in the Close dialect: ``/api/v1/outcome/``."""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null, spell_time
from leadline.features.outcomes import actions
from leadline.features.outcomes.inputs import NewOutcome, OutcomeChange
from leadline.features.outcomes.tables import OUTCOMES, Outcome
from leadline.kernel.rights import Right
from leadline.wire.operation import Request


class OutcomeShape(TypedDict):
    applies_to: list[str]
    created_by: str | None
    date_created: str
    date_updated: str
    description: str | None
    id: str
    name: str
    organization_id: str
    type: str
    updated_by: str | None


READABLE = frozenset(OutcomeShape.__annotations__)


def spell_outcome(row: Outcome) -> OutcomeShape:
    return {
        "applies_to": row.applies_to,
        "created_by": spell_id_or_null("user", row.created_by),
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "description": row.description,
        "id": spell_id("outcome", row.id),
        "name": row.name,
        "organization_id": spell_id("orga", row.organization_id),
        "type": row.type,
        "updated_by": spell_id_or_null("user", row.updated_by),
    }


async def show(request: Request[Any], found: list[Outcome]) -> list[OutcomeShape]:
    return [spell_outcome(row) for row in found]


RESOURCE = Resource(
    noun="outcome",
    tag="Outcomes",
    path="/api/v1/outcome/",
    prefix="outcome",
    table=OUTCOMES,
    shape=OutcomeShape,
    show=show,
    read=Right.OUTCOME_READ,
    write=Right.OUTCOME_WRITE,
)

OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE, action=actions.create_outcome, body=NewOutcome, status=201, ignored=READABLE
    ),
    get_operation(RESOURCE),
    update_operation(RESOURCE, action=actions.update_outcome, body=OutcomeChange, ignored=READABLE),
    delete_operation(RESOURCE, action=actions.delete_outcome),
)
