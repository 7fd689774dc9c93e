"""Generic writes of one row: each writes the row and its event.

``of_lead`` is the lead that the event belongs to, where the row does not say it itself; ``labels``
are names that the row refers to by id.
"""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.store.tables import Row, Table
from leadline.store.unit import Unit


async def insert(
    unit: Unit,
    table: Table[Row],
    row: Row,
    *,
    of_lead: bytes | None = None,
    labels: dict[str, Any] | None = None,
) -> Row:
    """Adds the row and records ``created``."""
    await unit.execute(table.insert_sql, **table.parameters(row))
    unit.record("created", table, None, row, lead_id=of_lead, labels=labels)
    return row


async def update(
    unit: Unit,
    table: Table[Row],
    before: Row,
    *,
    of_lead: bytes | None = None,
    labels: dict[str, Any] | None = None,
    **changes: Any,
) -> Row:
    """Changes the row; touches nothing and records nothing when no value differs.

    Columns ``updated_at`` and ``updated_by``, where the table has them, follow by themselves.
    """
    changed = {name: value for name, value in changes.items() if getattr(before, name) != value}
    if not changed:
        return before
    if "updated_at" in table.columns:
        changed.setdefault("updated_at", unit.now)
    if "updated_by" in table.columns:
        changed.setdefault("updated_by", unit.scope.user_id)
    after = msgspec.structs.replace(before, **changed)
    parameters = {name: table.adapt(name, value) for name, value in changed.items()}
    await unit.execute(
        table.update_sql(tuple(changed)),
        id=before.id,  # type: ignore[attr-defined]  # every tenant row has an id
        **parameters,
    )
    unit.record("updated", table, before, after, lead_id=of_lead, labels=labels)
    return after


async def delete(
    unit: Unit,
    table: Table[Row],
    row: Row,
    *,
    of_lead: bytes | None = None,
    labels: dict[str, Any] | None = None,
) -> None:
    """Removes the row and records ``deleted`` with all that it was."""
    await unit.execute(table.delete_sql, id=row.id)  # type: ignore[attr-defined]  # as above
    unit.record("deleted", table, row, None, lead_id=of_lead, labels=labels)
