"""What a structured search finds, in the shapes that the types have in their own lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from leadline.dialects.close.activities import (
    calls,
    custom_activities,
    form_submissions,
    notes,
    status_changes,
    task_completions,
)
from leadline.dialects.close.customizing import custom_objects
from leadline.dialects.close.leads import contacts, leads, opportunities
from leadline.dialects.close.leads.lead_shapes import Asked, related_to, spell_lead
from leadline.dialects.close.leads.opportunity_shapes import related_to as related_to_opportunities
from leadline.dialects.close.leads.opportunity_shapes import spell_with
from leadline.dialects.close.leads.tasks import calendar_of
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.crud import Wire
from leadline.dialects.close.protocol.file_links import sign_links
from leadline.features.leads.tables import LEADS
from leadline.features.opportunities.queries import STALLED_AFTER
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.pipelines.queries import stage_book
from leadline.kernel.rights import Right
from leadline.reporting.search.queries import field_values
from leadline.store import rows
from leadline.store.tables import Table
from leadline.wire.operation import Request

Show = Callable[[Request[Any], list[Any]], Awaitable[Sequence[Mapping[str, Any]]]]


class Objects(msgspec.Struct, frozen=True):
    """How the objects of one type are fetched and shown."""

    table: Table[Any]
    prefix: str
    right: Right
    show: Show
    object_type: str


async def _show_leads(request: Request[Any], found: list[Any]) -> Sequence[Mapping[str, Any]]:
    unit = request.unit
    related = await related_to(unit, found)
    asked = Asked(
        request.base_url,
        request.scope.currency,
        calendar_of(request),
        unit.now,
        stalled_before=unit.now - STALLED_AFTER,
    )
    shapes = [spell_lead(lead, related, asked) for lead in found]
    await sign_links(unit, [each for shape in shapes for each in shape["opportunities"]])
    return shapes


async def _show_opportunities(
    request: Request[Any], found: list[Any]
) -> Sequence[Mapping[str, Any]]:
    unit = request.unit
    related = await related_to_opportunities(unit, found, await stage_book(unit, "opportunity"))
    shapes = [spell_with(related, row, request.scope.currency) for row in found]
    await sign_links(unit, shapes)
    return shapes


def _of(wire: Wire[Any], object_type: str) -> Objects:
    async def show(request: Request[Any], found: list[Any]) -> Sequence[Mapping[str, Any]]:
        return await wire.show(request.unit, found)

    return Objects(wire.table, wire.prefix, wire.read, show, object_type)


# By the noun; the others cannot be shown, or not yet.
OBJECTS: dict[str, Objects] = {
    "lead": Objects(LEADS, leads.NOUN.prefix, leads.NOUN.read, _show_leads, "lead"),
    "contact": _of(contacts.WIRE, "contact"),
    "opportunity": Objects(
        OPPORTUNITIES,
        opportunities.NOUN.prefix,
        opportunities.NOUN.read,
        _show_opportunities,
        "opportunity",
    ),
    "call": _of(calls.WIRE, "activity.call"),
    "note": _of(notes.WIRE, "activity.note"),
    "custom_activity": _of(custom_activities.WIRE, "activity.custom_activity"),
    "custom_object": _of(custom_objects.WIRE, "custom_object"),
    "form_submission": _of(form_submissions.WIRE, "activity.form_submission"),
    "lead_status_change": _of(status_changes.LEAD_WIRE, "activity.lead_status_change"),
    "opportunity_status_change": _of(
        status_changes.OPPORTUNITY_WIRE, "activity.opportunity_status_change"
    ),
    "task_completed": _of(task_completions.WIRE, "activity.task_completed"),
}


# What needs no object to be read.
_PLAIN = frozenset({"__object_type", "id"})


async def show_found(
    request: Request[Any], noun: str, ids: list[bytes], names: list[str]
) -> list[dict[str, Any]]:
    """The objects in the order of their ids, with the fields of these names.

    Beside those of the shape, the figures and moments that can be searched for may be named.
    """
    objects = OBJECTS[noun]
    shapes: dict[bytes, Mapping[str, Any]] = {}
    figures: dict[bytes, dict[str, Any]] = {}
    is_plain = set(names) <= _PLAIN
    if ids and not is_plain:
        found = await rows.select_ids(request.unit, objects.table, ids)
        shapes = dict(zip(found, await objects.show(request, list(found.values())), strict=True))
        figures = await _figures(request, noun, ids, names, shapes)
    shown = []
    for object_id in ids:
        if not is_plain and object_id not in shapes:
            continue  # deleted since it was found
        picked = spelling.pick(shapes.get(object_id, {}), {"_fields": ",".join(names)})
        shown.append(
            {
                "__object_type": objects.object_type,
                "id": spelling.spell_id(objects.prefix, object_id),
                **figures.get(object_id, {}),
                **picked,
            }
        )
    return shown


async def _figures(
    request: Request[Any],
    noun: str,
    ids: list[bytes],
    names: list[str],
    shapes: Mapping[bytes, Mapping[str, Any]],
) -> dict[bytes, dict[str, Any]]:
    """What is asked for and not in the shapes, but known to searches."""
    shape = next(iter(shapes.values()), {})
    missing = [name for name in dict.fromkeys(names) if name not in shape]
    values = await field_values(request.unit, noun, ids, missing)
    return {
        object_id: {name: _spell(value) for name, value in each.items()}
        for object_id, each in values.items()
    }


def _spell(value: Any) -> Any:
    if isinstance(value, datetime):
        return spelling.spell_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
