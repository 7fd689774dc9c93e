"""Changes that concern a lead alone. Moving, creating and deleting one are flows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import UNSET

from leadline.features.custom_fields.actions import merged
from leadline.features.custom_fields.references import reference_to, referenced_id
from leadline.features.custom_fields.tables import CustomValues
from leadline.features.leads.inputs import LeadChange, NewLead
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.tables import Stage
from leadline.kernel.errors import Problems
from leadline.kernel.ids import first_id
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import TEXT_LENGTH, check_length
from leadline.store import writes
from leadline.store.unit import Unit

# With fewer leads they are counted whenever somebody asks.
COUNTED_FROM = 10_000
# No transaction that makes leads lasts as long.
_SETTLED = timedelta(hours=1)
_FRESH = timedelta(minutes=30)

_BEGIN_COUNT = b"""
INSERT INTO lead_counts (organization_id, up_to, count)
SELECT %(organization_id)s, '', 0 WHERE %(least)s < (
    SELECT count(*) FROM (
        SELECT 1 FROM leads WHERE organization_id = %(organization_id)s LIMIT %(least)s + 1
    ) few
)
ON CONFLICT DO NOTHING
"""
_LOCK_COUNT = (
    b"SELECT up_to FROM lead_counts WHERE organization_id = %(organization_id)s FOR UPDATE"
)
_COUNT_ANEW = b"""
UPDATE lead_counts SET up_to = %(up_to)s, count = (
    SELECT count(*) FROM leads WHERE organization_id = %(organization_id)s AND id <= %(up_to)s
)
WHERE organization_id = %(organization_id)s
"""


_FORGET_ASSIGNEES = b"""
DELETE FROM lead_assignees a USING
    unnest(%(lead_ids)s::bytea[], %(field_ids)s::bytea[], %(user_ids)s::bytea[])
        AS gone (lead_id, field_id, user_id)
WHERE a.organization_id = %(organization_id)s AND a.lead_id = gone.lead_id
    AND a.field_id = gone.field_id AND a.user_id = gone.user_id
"""
_RECORD_ASSIGNEES = b"""
INSERT INTO lead_assignees (organization_id, user_id, field_id, lead_id)
SELECT %(organization_id)s, user_id, field_id, lead_id FROM
    unnest(%(lead_ids)s::bytea[], %(field_ids)s::bytea[], %(user_ids)s::bytea[])
        AS come (lead_id, field_id, user_id)
ON CONFLICT DO NOTHING
"""


async def begin_count(unit: Unit) -> None:
    """From now on the old leads of a large organization are counted beforehand."""
    await unit.execute(_BEGIN_COUNT, least=COUNTED_FROM)


async def count_anew(unit: Unit) -> None:
    """Counts the old leads, if that has begun; in a transaction after ``begin_count``."""
    # Deletions hold the same lock until they are over.
    counted: bytes | None = await unit.fetch_value(_LOCK_COUNT)
    # Every process does this now and then; once an hour is enough.
    if counted is not None and counted < first_id(unit.now - _SETTLED - _FRESH):
        await unit.execute(_COUNT_ANEW, up_to=first_id(unit.now - _SETTLED))


async def delete_row(unit: Unit, lead: Lead, labels: dict[str, Any] | None = None) -> None:
    """Deletes the row of a lead that nothing belongs to any more."""
    up_to: bytes | None = await unit.fetch_value(_LOCK_COUNT)
    if up_to is not None and lead.id <= up_to:
        await unit.execute(
            "UPDATE lead_counts SET count = count - 1 WHERE organization_id = %(organization_id)s"
        )
    await writes.delete(unit, LEADS, lead, of_lead=lead.id, labels=labels)


async def insert_lead(unit: Unit, new: NewLead, stage: Stage) -> Lead:
    """Adds the row of a lead. Its contact and transition are the flow's concern."""
    custom = new.custom if unit.visibility is None else await _assigned_to_maker(unit, new.custom)
    row = Lead(
        **unit.stamps(created_at=new.created_at, created_by=new.created_by),
        name=new.name,
        description=new.description,
        url=new.url,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        source=new.source,
        configuration_id=new.configuration_id,
        owner_id=new.owner_id or unit.scope.user_id,
        addresses=new.addresses,
        custom=custom,
        external_id=new.external_id,
    )
    labels = {"after": {"stage_name": stage.name}}
    await writes.insert(unit, LEADS, row, of_lead=row.id, labels=labels)
    await record_assignees(unit, [(None, row)])
    return row


async def update_lead(unit: Unit, before: Lead, change: LeadChange) -> Lead:
    """Changes what is given; ``before`` must be locked."""
    if change.description is not UNSET:
        problems = Problems()
        check_length(change.description, TEXT_LENGTH, problems, "description")
        problems.stop_if_any()
    changes = given_fields(change, "name", "description", "url", "source", "owner_id", "addresses")
    if change.custom:
        changes["custom"] = merged(before.custom, change.custom)
    return await change_row(unit, before, **changes)


async def change_row(
    unit: Unit, before: Lead, *, labels: dict[str, Any] | None = None, **changes: Any
) -> Lead:
    """Changes columns of a lead; ``before`` must be locked."""
    after = await writes.update(unit, LEADS, before, of_lead=before.id, labels=labels, **changes)
    await record_assignees(unit, [(before, after)])
    return after


# Who is assigned.


async def record_assignees(unit: Unit, changed: list[tuple[Lead | None, Lead]]) -> None:
    """Keeps what says whom the custom values of leads name: called when values have changed, with
    each lead as it was (None: it is new) and as it is."""
    gone, come = [], []
    for before, after in changed:
        was = set() if before is None else _named_by(before.custom)
        now = _named_by(after.custom) if before is None or before.custom != after.custom else was
        gone += [(after.id, *each) for each in was - now]
        come += [(after.id, *each) for each in now - was]
    for sql, rows in ((_FORGET_ASSIGNEES, gone), (_RECORD_ASSIGNEES, come)):
        if rows:
            lead_ids, field_ids, user_ids = map(list, zip(*sorted(rows), strict=True))
            await unit.execute(sql, lead_ids=lead_ids, field_ids=field_ids, user_ids=user_ids)


def _named_by(custom: CustomValues) -> set[tuple[bytes, bytes]]:
    """The fields and the users that these values name."""
    return {
        (bytes.fromhex(key), user_id)
        for key, value in custom.items()
        for each in (value if isinstance(value, list) else (value,))
        if (user_id := referenced_id("user", each)) is not None
    }


async def _assigned_to_maker(unit: Unit, custom: CustomValues) -> CustomValues:
    """The values of a new lead of somebody who sees only what is assigned: if they assign it to
    nobody, it is theirs. Otherwise it would be gone from sight as soon as it is made."""
    rule = unit.visibility
    if rule is None or rule.sees_unassigned or not rule.field_ids:
        return custom
    keys = [field_id.hex() for field_id in rule.field_ids]
    if any(key in custom for key in keys):
        return custom
    is_list = await unit.fetch_value(
        "SELECT accepts_multiple_values FROM custom_fields "
        "WHERE organization_id = %(organization_id)s AND id = %(field_id)s",
        field_id=rule.field_ids[0],
    )
    user = reference_to("user", unit.scope.require_user())
    return {**custom, keys[0]: [user] if is_list else user}
