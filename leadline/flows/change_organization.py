"""Changing what an organization is, the order of its lead statuses included."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.organizations.actions import update_organization
from leadline.features.organizations.tables import Organization
from leadline.features.pipelines.queries import StageBook, lock_book
from leadline.features.pipelines.tables import STAGES
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import read_name
from leadline.store import writes
from leadline.store.unit import Unit


class OrganizationChange(msgspec.Struct, frozen=True, kw_only=True):
    """``stage_ids`` is the wished order of the lead stages."""

    name: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    enable_unsubscribe_link: bool | UnsetType = UNSET
    require_unsubscribe_link: bool | UnsetType = UNSET
    stage_ids: list[bytes] | UnsetType = UNSET


async def change_organization(unit: Unit, change: OrganizationChange) -> Organization:
    """Changes what is given. Stages that the order leaves out follow those that it names."""
    problems = Problems()
    changes = given_fields(change)
    changes.pop("stage_ids", None)
    if change.name is not UNSET:
        changes["name"] = read_name(change.name, problems)
    book = None
    if change.stage_ids is not UNSET:
        book = await lock_book(unit, "lead")
        _check_order(book, change.stage_ids, problems)
    problems.stop_if_any()
    if book is not None and change.stage_ids is not UNSET:
        await _order_stages(unit, book, change.stage_ids)
    return await update_organization(unit, **changes)


def _check_order(book: StageBook, stage_ids: list[bytes], problems: Problems) -> None:
    seen: set[bytes] = set()
    for index, stage_id in enumerate(stage_ids):
        if book.find_active(stage_id) is None:
            problems.add("not_found", "stage_ids", index)
        elif stage_id in seen:
            words = "The status is in the list already."
            problems.add("duplicate", "stage_ids", index, text=words)
        seen.add(stage_id)


async def _order_stages(unit: Unit, book: StageBook, stage_ids: list[bytes]) -> None:
    """Each pipeline orders its own stages as they follow each other in the list."""
    order = {stage_id: number for number, stage_id in enumerate(stage_ids)}
    for pipeline_id in book.pipelines:
        stages = book.active(pipeline_id)
        stages.sort(key=lambda stage: order.get(stage.id, len(order)))
        for rank, stage in enumerate(stages):
            await writes.update(unit, STAGES, stage, rank=rank)
