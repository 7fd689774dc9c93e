"""What the lists of all kinds of activities in the Close dialect have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import Resource, list_operation
from leadline.dialects.close.protocol.spelling import CustomActivityTypeId, ListOf, Shape
from leadline.features.activities.queries import ActivityFilter, page_of_activities
from leadline.features.groups.queries import users_in_groups
from leadline.kernel.errors import Problems
from leadline.store.tables import Row
from leadline.store.unit import Unit
from leadline.wire.operation import Operation, Parameter, Request

FILTERS = (
    Parameter("id__in", "Filter by activity ids, comma separated."),
    Parameter("lead_id", "Filter by lead ids, comma separated."),
    Parameter("contact_id", "Filter by contact ids, comma separated."),
    Parameter("user_id", "Filter by user or group ids, comma separated."),
    Parameter(
        "organization_id", "Must be your own organization; any other id gives an empty list."
    ),
    Parameter("_type", "Filter by activity types, comma separated. This list has one type only."),
    *(
        Parameter(f"{name}__in", f"Same as {name}.")
        for name in ("lead_id", "contact_id", "user_id", "_type")
    ),
    *filters.bound_parameters("date_created"),
    *filters.bound_parameters("activity_at"),
)
OPPORTUNITY_ID = Parameter("opportunity_id", "Filter by opportunity ids, comma separated.")
TYPE_ID = "custom_activity_type_id"
TYPE_IDS = tuple(
    Parameter(name, "Filter by custom activity type ids, comma separated. Requires lead_id.")
    for name in (TYPE_ID, f"{TYPE_ID}__in")
)
CUSTOM = "CustomActivity"


async def colleagues_in(unit: Unit, query: Mapping[str, str]) -> list[bytes]:
    """The users of the groups that are given as ``user_id`` beside users."""
    return await users_in_groups(unit, filters.ids(query, "user_id", "group") or [])


def read_filter(query: Mapping[str, str], colleagues: Sequence[bytes] = ()) -> ActivityFilter:
    """The filters that every kind of activity has; InvalidError when a time is none."""
    user_ids = filters.ids(query, "user_id", "user")
    problems = Problems()
    created = filters.bounds(query, "date_created", problems)
    happened = filters.bounds(query, "activity_at", problems)
    problems.stop_if_any()
    return ActivityFilter(
        ids=filters.ids(query, "id", "acti"),
        organization_ids=filters.ids(query, "organization_id", "orga"),
        lead_ids=filters.ids(query, "lead_id", "lead"),
        contact_ids=filters.ids(query, "contact_id", "cont"),
        user_ids=None if user_ids is None else [*user_ids, *colleagues],
        created=created,
        happened=happened,
    )


def read_kinds(
    query: Mapping[str, str], kinds: Iterable[str]
) -> tuple[set[str], list[bytes] | None]:
    """Which of ``kinds`` are wanted, and of custom activities which types (None: all).

    ``_type`` names a kind by the ``_type`` of its objects, all custom activities as ``Custom``
    too, and those of one type by the id of the type.
    """
    given = filters.words(query, "_type")
    if given is None:
        return set(kinds), None
    wanted = {CUSTOM if word == "Custom" else word for word in given}
    type_ids = filters.ids(query, "_type", CustomActivityTypeId.prefix)
    if not type_ids or CUSTOM in wanted:
        return wanted.intersection(kinds), None
    return wanted.union([CUSTOM]).intersection(kinds), type_ids


def list_activities(resource: Resource[Row, Shape], kind: str) -> Operation:
    """GET of the collection of one kind, those that were noted last first."""
    has_opportunity = "opportunity_id" in resource.table.columns

    async def run(request: Request[None]) -> ListOf[Shape]:
        unit, query = request.unit, request.query
        page = spelling.page_of(query)
        wanted = read_filter(query, await colleagues_in(unit, query))
        if has_opportunity:
            opportunity_ids = filters.ids(query, "opportunity_id", "oppo")
            wanted = msgspec.structs.replace(wanted, opportunity_ids=opportunity_ids)
        kinds, type_ids = read_kinds(query, [kind])
        if kind == CUSTOM:
            type_ids = _read_types(query, type_ids)
            wanted = msgspec.structs.replace(wanted, type_ids=type_ids)
        found: list[Row] = []
        if kinds:
            found = await page_of_activities(unit, resource.table, wanted, page.fetch, page.skip)
        return spelling.list_of(await resource.show(request, found), page, query)

    more = (OPPORTUNITY_ID,) if has_opportunity else TYPE_IDS if kind == CUSTOM else ()
    return list_operation(resource, run, filters=(*FILTERS, *more), behind=resource.show)


def _read_types(query: Mapping[str, str], named: list[bytes] | None) -> list[bytes] | None:
    """The types of custom activities that are wanted, of those that ``_type`` named if it did."""
    type_ids = filters.ids(query, TYPE_ID, CustomActivityTypeId.prefix)
    if type_ids is None:
        return named
    if not filters.words(query, "lead_id"):
        problems = Problems()
        problems.add("conflict", TYPE_ID, text="This filter needs a lead_id.")
        problems.stop_if_any()
    return type_ids if named is None else [each for each in type_ids if each in named]
