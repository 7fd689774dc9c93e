"""Every change of an outcome."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.outcomes.inputs import KINDS_OF_TYPE, NewOutcome, OutcomeChange
from leadline.features.outcomes.tables import OUTCOMES, Outcome
from leadline.kernel.errors import Problems
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_outcome(unit: Unit, new: NewOutcome) -> Outcome:
    """Adds an outcome; ``applies_to`` follows from the type unless it is given."""
    kind = new.type or "custom"
    problems = Problems()
    name = read_name(new.name, problems)
    applies_to = _applies_to(kind, new.applies_to, problems)
    problems.stop_if_any()
    row = Outcome(
        **unit.stamps(),
        name=name,
        description=new.description,
        type=kind,
        applies_to=applies_to,
    )
    return await writes.insert(unit, OUTCOMES, row)


async def update_outcome(unit: Unit, outcome_id: bytes, change: OutcomeChange) -> Outcome:
    """Changes what is given. Another type without ``applies_to`` brings that type's own."""
    before = await rows.lock(unit, OUTCOMES, outcome_id)
    changes: dict[str, Any] = {}
    problems = Problems()
    if change.name is not None:
        changes["name"] = read_name(change.name, problems)
    if change.description is not UNSET:
        changes["description"] = change.description
    kind = change.type or before.type
    changes["type"] = kind
    if change.applies_to is not None or kind != before.type:
        changes["applies_to"] = _applies_to(kind, change.applies_to, problems)
    problems.stop_if_any()
    return await writes.update(unit, OUTCOMES, before, **changes)


async def delete_outcome(unit: Unit, outcome_id: bytes) -> None:
    """Removes the outcome. Calls that have it keep its id; it cannot be given any more."""
    before = await rows.lock(unit, OUTCOMES, outcome_id)
    await writes.delete(unit, OUTCOMES, before)


def _applies_to(kind: str, given: list[Any] | None, problems: Problems) -> list[str]:
    allowed = KINDS_OF_TYPE[kind]
    if given is None:
        return allowed
    if not given:
        problems.add("blank", "applies_to", text="List must not be empty.")
    elif not set(given) <= set(allowed):
        words = f"An outcome of type {kind} applies to {' and '.join(allowed)} only."
        problems.add("conflict", "applies_to", text=words)
    return [name for name in allowed if name in given]
