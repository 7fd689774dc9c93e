"""Every change of a playbook."""

from __future__ import annotations

from typing import Any

from leadline.features.custom_fields.tables import CUSTOM_FIELDS
from leadline.features.outcomes.tables import OUTCOMES
from leadline.features.playbooks.inputs import PlaybookChange
from leadline.features.playbooks.queries import next_position
from leadline.features.playbooks.tables import PLAYBOOKS, Playbook
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import check_count, check_length, read_name
from leadline.store import rows, writes
from leadline.store.tables import Table
from leadline.store.unit import Unit

TEXT_LENGTH = 20_000
MAX_REFERENCES = 100


async def create_playbook(unit: Unit, new: PlaybookChange) -> Playbook:
    """Adds a playbook behind all others."""
    given = await _checked(unit, new, None)
    row = Playbook(
        **unit.stamps(),
        name=given["name"],
        description=given.get("description"),
        summary_guidance=given.get("summary_guidance"),
        outcome_ids=given.get("outcome_ids", []),
        custom_field_ids=given.get("custom_field_ids", []),
        position=await next_position(unit),
        archived_at=None,
        archived_by=None,
    )
    return await writes.insert(unit, PLAYBOOKS, row)


async def update_playbook(unit: Unit, playbook_id: bytes, change: PlaybookChange) -> Playbook:
    """Changes what is given."""
    before = await rows.lock(unit, PLAYBOOKS, playbook_id)
    return await writes.update(unit, PLAYBOOKS, before, **await _checked(unit, change, before))


async def archive_playbook(unit: Unit, playbook_id: bytes) -> Playbook:
    """Puts the playbook away; doing it twice changes nothing."""
    before = await rows.lock(unit, PLAYBOOKS, playbook_id)
    if before.archived_at is not None:
        return before
    return await writes.update(
        unit,
        PLAYBOOKS,
        before,
        archived_at=unit.now,
        archived_by=unit.scope.user_id,
        position=None,
    )


async def unarchive_playbook(unit: Unit, playbook_id: bytes) -> Playbook:
    """Takes the playbook out again, behind all others."""
    before = await rows.lock(unit, PLAYBOOKS, playbook_id)
    if before.archived_at is None:
        return before
    return await writes.update(
        unit,
        PLAYBOOKS,
        before,
        archived_at=None,
        archived_by=None,
        position=await next_position(unit),
    )


async def delete_playbook(unit: Unit, playbook_id: bytes) -> None:
    """Removes the playbook."""
    await writes.delete(unit, PLAYBOOKS, await rows.lock(unit, PLAYBOOKS, playbook_id))


async def _checked(unit: Unit, change: PlaybookChange, before: Playbook | None) -> dict[str, Any]:
    given = given_fields(change)
    problems = Problems()
    if "name" in given:
        given["name"] = read_name(given["name"], problems)
    for name in ("description", "summary_guidance"):
        check_length(given.get(name) or "", TEXT_LENGTH, problems, name)
    tables: dict[str, Table[Any]] = {"outcome_ids": OUTCOMES, "custom_field_ids": CUSTOM_FIELDS}
    for name, table in tables.items():
        if name in given:
            present = [] if before is None else getattr(before, name)
            given[name] = await _references(unit, table, name, given[name], present, problems)
    problems.stop_if_any()
    return given


async def _references(  # noqa: PLR0917 - what is meant, what is given and what is there
    unit: Unit,
    table: Table[Any],
    name: str,
    ids: list[bytes],
    present: list[str],
    problems: Problems,
) -> list[str]:
    """The ids in hexadecimal, each once. What is referred to already may be gone since.

    Of custom fields only shared ones will do: a playbook is not about one kind of object.
    """
    if not check_count(ids, MAX_REFERENCES, problems, name):
        return []
    found = await rows.select_ids(unit, table, ids)
    for index, object_id in enumerate(ids):
        row = found.get(object_id)
        is_there = row is not None and (table is not CUSTOM_FIELDS or row.is_shared)
        if not is_there and object_id.hex() not in present:
            problems.add("not_found", name, index)
    return [object_id.hex() for object_id in dict.fromkeys(ids)]
