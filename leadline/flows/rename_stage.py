"""Renaming stages, and with them the names that count as closed. Transitions keep the old name."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from leadline.features.organizations.actions import set_close_stages
from leadline.features.organizations.queries import lock_organization
from leadline.features.pipelines.actions import read_new_name
from leadline.features.pipelines.queries import StageBook, lock_book
from leadline.features.pipelines.tables import STAGES, Kind, Stage
from leadline.store import writes
from leadline.store.unit import Unit


async def rename_stage(
    unit: Unit,
    kind: Kind,
    stage_id: bytes,
    *,
    name: str | None = None,
    color: str | UnsetType | None = UNSET,
) -> Stage:
    """Changes an active stage's name and colour, as far as given."""
    book = await lock_book(unit, kind)
    stage = book.get_active(stage_id)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = read_new_name(book, stage, name)
    if color is not UNSET:
        changes["color"] = color
    renamed = await writes.update(unit, STAGES, stage, **changes)
    if renamed.name != stage.name:
        await follow_renaming(unit, book, {stage.id: renamed.name})
    return renamed


async def follow_renaming(unit: Unit, book: StageBook, renamed: dict[bytes, str]) -> None:
    """Renames stages in the close stages too, so that what was closed stays closed.

    ``book`` is as it was before. A name that several stages had stays for those that keep it.
    """
    if book.default.kind != "lead":
        return  # close stages are stages of leads
    names = []
    for name in (await lock_organization(unit)).close_stages:
        bearers = [stage for stage in book.active() if stage.name == name]
        names += [renamed.get(stage.id, name) for stage in bearers] or [name]
    await set_close_stages(unit, names)
