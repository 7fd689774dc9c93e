"""All kinds of activities in one list: ``/api/v1/activity/``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadline.dialects.close.activities import (
    calls,
    creations,
    custom_activities,
    form_submissions,
    lead_merges,
    notes,
    status_changes,
    task_completions,
)
from leadline.dialects.close.activities.activities import (
    CUSTOM,
    FILTERS,
    colleagues_in,
    read_filter,
    read_kinds,
)
from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import Resource
from leadline.dialects.close.protocol.spelling import ListOf
from leadline.features.activities.queries import page_of_all
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.conditions import Order
from leadline.wire.operation import Operation, Parameter, Request

# By the ``_type`` that the objects have.
KINDS: dict[str, Resource[Any, Any]] = {
    "Call": calls.RESOURCE,
    "Created": creations.RESOURCE,
    CUSTOM: custom_activities.RESOURCE,
    form_submissions.KIND: form_submissions.RESOURCE,
    "LeadMerge": lead_merges.RESOURCE,
    "LeadStatusChange": status_changes.LEAD_RESOURCE,
    "Note": notes.RESOURCE,
    "OpportunityStatusChange": status_changes.OPPORTUNITY_RESOURCE,
    "TaskCompleted": task_completions.RESOURCE,
}
_OF_TABLE = {resource.table.name: resource for resource in KINDS.values()}
# The column behind each order.
_ORDERS = {"date_created": "created_at", "activity_at": "happened_at"}
_NEWEST_FIRST = Order("date_created", is_descending=True)
_OF_ONE_LEAD = ("user_id", "contact_id", "_type")


def _read_order(query: Mapping[str, str], problems: Problems) -> Order:
    """The order that is asked for; what cannot be asked together is a problem.

    Across all leads only the time of creation orders and bounds, so that every list is a quick one.
    """
    order = next(iter(filters.orders(query.get("_order_by", ""), _ORDERS)), _NEWEST_FIRST)
    is_of_one_lead = len(filters.words(query, "lead_id") or ()) == 1
    for name in _OF_ONE_LEAD:
        if filters.words(query, name) and not is_of_one_lead:
            problems.add("conflict", name, text="This filter needs the lead_id of one lead.")
    by_activity = order.name == "activity_at"
    if by_activity and not is_of_one_lead:
        problems.add("conflict", "_order_by", text="This order needs the lead_id of one lead.")
    other = "date_created" if by_activity else "activity_at"
    for bound in filters.BOUNDS:
        if query.get(f"{other}__{bound}"):
            words = f"This filter needs a list ordered by {other}."
            problems.add("conflict", f"{other}__{bound}", text=words)
    return msgspec.structs.replace(order, name=_ORDERS[order.name])


async def list_activities(request: Request[None]) -> ListOf[Mapping[str, Any]]:
    unit, query = request.unit, request.query
    page = spelling.page_of(query)
    problems = Problems()
    order = _read_order(query, problems)
    problems.stop_if_any()
    kinds, type_ids = read_kinds(query, KINDS)
    tables = [resource.table for kind, resource in KINDS.items() if kind in kinds]
    wanted = read_filter(query, await colleagues_in(unit, query))
    wanted = msgspec.structs.replace(wanted, type_ids=type_ids)
    found = await page_of_all(unit, tables, wanted, order, page.fetch, page.skip)
    return spelling.list_of(await _show(request, found), page, query)


async def _show(request: Request[None], found: list[tuple[str, bytes]]) -> list[Mapping[str, Any]]:
    """The objects in the same order, each kind fetched at once."""
    shapes: dict[bytes, Mapping[str, Any]] = {}
    for name in dict.fromkeys(name for name, _ in found):
        resource = _OF_TABLE[name]
        of_kind = await rows.select_ids(
            request.unit, resource.table, [object_id for each, object_id in found if each == name]
        )
        shown = await resource.show(request, list(of_kind.values()))
        shapes.update(zip(of_kind, shown, strict=True))
    return [shapes[object_id] for _, object_id in found if object_id in shapes]


OPERATIONS = (
    Operation(
        name="activity.list",
        method="GET",
        path="/api/v1/activity/",
        summary="List activities of all kinds",
        right=Right.LEAD_READ,
        run=list_activities,
        tag="Activities",
        answer=tuple(resource.shape for resource in KINDS.values()),
        is_list=True,
        query=(
            *spelling.PAGING,
            spelling.FIELDS,
            *(each for each in FILTERS if each.name != "_type"),
            Parameter(
                "_type",
                f"Filter by activity types, comma separated: {', '.join(KINDS)}, or the id of a "
                "custom activity type.",
            ),
            Parameter(
                "_order_by",
                "Sort by date_created or activity_at; prefix with a minus for newest first.",
            ),
        ),
        description="user_id, contact_id, _type and activity_at require the lead_id of one lead.",
    ),
)
