"""What the lists of all kinds of activities in the Close dialect have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadline.dialects.close import filters, spelling
from leadline.dialects.close.crud import Wire, operation
from leadline.dialects.wire.operation import Operation, Parameter, Request
from leadline.features.activities.queries import ActivityFilter, page_of_activities
from leadline.kernel.errors import Problems
from leadline.store.tables import Row

FILTERS = (
    Parameter("id__in", "These activities alone, separated by commas."),
    Parameter("lead_id", "Activities on these leads alone, separated by commas."),
    Parameter("contact_id", "Activities with these contacts alone, separated by commas."),
    Parameter("user_id", "Activities of these users alone, separated by commas."),
    Parameter("_type", "Kinds of activities, separated by commas; all here are of one kind."),
    *filters.bound_parameters("date_created"),
    *filters.bound_parameters("activity_at"),
)
OPPORTUNITY_ID = Parameter("opportunity_id", "Of these opportunities alone, separated by commas.")


def read_filter(query: Mapping[str, str]) -> ActivityFilter:
    """The filters that every kind of activity has; InvalidError when a time is none."""
    problems = Problems()
    created = filters.bounds(query, "date_created", problems)
    happened = filters.bounds(query, "activity_at", problems)
    problems.stop_if_any()
    return ActivityFilter(
        ids=filters.ids(query, "id", "acti"),
        lead_ids=filters.ids(query, "lead_id", "lead"),
        contact_ids=filters.ids(query, "contact_id", "cont"),
        user_ids=filters.ids(query, "user_id", "user"),
        created_after=created.get("gt"),
        created_from=created.get("gte"),
        created_before=created.get("lt"),
        created_to=created.get("lte"),
        happened_after=happened.get("gt"),
        happened_from=happened.get("gte"),
        happened_before=happened.get("lt"),
        happened_to=happened.get("lte"),
    )


def list_activities(wire: Wire[Row], kind: str) -> Operation:
    """GET of the collection of one kind, those that were noted last first."""
    has_opportunity = "opportunity_id" in wire.table.columns

    async def run(request: Request[None]) -> Any:
        unit, query = request.unit, request.query
        page = spelling.page_of(query)
        wanted = read_filter(query)
        if has_opportunity:
            opportunity_ids = filters.ids(query, "opportunity_id", "oppo")
            wanted = msgspec.structs.replace(wanted, opportunity_ids=opportunity_ids)
        found: list[Row] = []
        if kind in (filters.words(query, "_type") or [kind]):
            found = await page_of_activities(unit, wire.table, wanted, page.fetch, page.skip)
        return spelling.list_of(await wire.show(unit, found), page, query)

    more = (OPPORTUNITY_ID,) if has_opportunity else ()
    return operation(wire, "list", run, filters=(*FILTERS, *more))
