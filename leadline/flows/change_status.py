"""Renaming a status of opportunities, and saying what it stands for while nothing is in it."""

from __future__ import annotations

from typing import Any, Literal

from leadline.features.pipelines.actions import read_new_name
from leadline.features.pipelines.queries import lock_book
from leadline.features.pipelines.tables import STAGES, Stage
from leadline.flows.retire_stage import lock_stages, refuse_if_used
from leadline.store import writes
from leadline.store.unit import Unit


async def change_status(
    unit: Unit,
    stage_id: bytes,
    *,
    name: str | None,
    type: Literal["active", "won", "lost"] | None,  # noqa: A002 - what the field calls it
) -> Stage:
    """Changes what is not None.

    The type of a status in use stays: what is in it was won, or lost, on a certain day.
    """
    book = await lock_book(unit, "opportunity")
    stage = book.get_active(stage_id)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = read_new_name(book, stage, name)
    if type is not None and type != stage.type:
        await lock_stages(unit, [stage])
        await refuse_if_used(unit, [stage])
        changes["type"] = type
    return await writes.update(unit, STAGES, stage, **changes)
