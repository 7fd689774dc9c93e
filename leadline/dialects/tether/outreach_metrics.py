"""Outreach metrics in the Tether dialect: ``/api/outreach-metrics`` and its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypedDict, cast

from leadline.dialects.tether.spelling import spell_number, spell_time_or_null
from leadline.features.lead_sources.queries import configuration_names
from leadline.features.users.queries import find_member, names_of
from leadline.kernel.errors import ForbiddenError, NotFoundError, RefusedError
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import Right
from leadline.kernel.times import read_local
from leadline.reporting.history import GroupBy, HistoryEntry, history
from leadline.reporting.outreach import Outreach
from leadline.reporting.summary import Basis, Figures, summary
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Request, operation

TAG = "Outreach Metrics"


class HistoryShape(TypedDict):
    success: Literal[True]
    data: list[HistoryEntry]


class FiguresShape(TypedDict):
    leads: int
    contacted: int
    closed: int
    conversion: float | None
    cost: float
    grossProfit: float
    roi: float | None


class SourceFigures(FiguresShape):
    source: str


class ConfigurationFigures(FiguresShape):
    configurationId: str
    configurationName: str | None


class UserFigures(FiguresShape):
    userId: str | None
    userName: str | None


# "from" is a word of the language, hence the functional form.
SummaryData = TypedDict(
    "SummaryData",
    {
        "basis": Literal["cohort", "activity"],
        "from": str | None,
        "to": str | None,
        "currency": str,
        "totals": FiguresShape,
        "bySource": list[SourceFigures],
        "byConfiguration": list[ConfigurationFigures],
        "byUser": list[UserFigures],
    },
)


class SummaryShape(TypedDict):
    success: Literal[True]
    data: SummaryData


async def get_history(request: Request[None]) -> HistoryShape:
    query = request.query
    if not query.get("from") or not query.get("to"):
        raise RefusedError("'from' and 'to' query params are required")
    group_by = query.get("groupBy") or "day"
    if group_by not in ("day", "week", "month"):
        raise RefusedError("'groupBy' must be one of: day, week, month")
    outreach = await _outreach(request.unit, query)
    entries = await history(request.unit, outreach, cast(GroupBy, group_by))
    return {"success": True, "data": entries}


async def get_summary(request: Request[None]) -> SummaryShape:
    unit = request.unit
    basis = cast(Basis, request.query.get("basis") or "cohort")
    if basis not in ("cohort", "activity"):
        raise RefusedError("'basis' must be one of: cohort, activity")
    outreach = await _outreach(unit, request.query)
    found = await summary(unit, outreach, basis)
    configurations = await configuration_names(
        unit, [row.configuration_id for row in found["configuration"]]
    )
    users = await names_of(unit, {row.user_id for row in found["user"]})
    return {
        "success": True,
        "data": {
            "basis": basis,
            "from": spell_time_or_null(outreach.start),
            "to": spell_time_or_null(outreach.end),
            "currency": unit.scope.currency,
            "totals": _figures(found["total"][0]),
            "bySource": [
                {"source": row.source, **_figures(row)}
                for row in found["source"]
                if row.source is not None
            ],
            "byConfiguration": [
                {
                    "configurationId": row.configuration_id.hex(),
                    "configurationName": configurations.get(row.configuration_id),
                    **_figures(row),
                }
                for row in found["configuration"]
                if row.configuration_id is not None
            ],
            "byUser": [
                {
                    "userId": row.user_id.hex() if row.user_id else None,
                    "userName": users.get(row.user_id),
                    **_figures(row),
                }
                for row in found["user"]
            ],
        },
    }


def _figures(row: Figures) -> FiguresShape:
    return {
        "leads": row.leads,
        "contacted": row.contacted,
        "closed": row.closed,
        "conversion": row.conversion,
        "cost": spell_number(row.cost),
        "grossProfit": spell_number(row.gross_profit),
        "roi": row.roi,
    }


async def _outreach(unit: Unit, query: Mapping[str, str]) -> Outreach:
    """What the query parameters ask for; only admins may ask for others."""
    wanted = query.get("filterUserId") or None
    everybody, owner_id = False, None
    if wanted is not None:
        if not unit.scope.may(Right.METRICS_READ_ALL):
            raise ForbiddenError("Admin access required to filter by user")
        everybody = wanted == "all"
        if not everybody:
            owner_id = parse_hex(wanted)
            if owner_id is None or await find_member(unit, owner_id) is None:
                raise NotFoundError("user")
    zone = unit.scope.time_zone
    return Outreach(
        start=_instant(query, "from", zone),
        end=_instant(query, "to", zone),
        source=query.get("source") or None,
        everybody=everybody,
        owner_id=owner_id,
    )


def _instant(query: Mapping[str, str], name: str, zone: str) -> datetime | None:
    """A bound of the window. Without a zone it is in the organization's.

    A bound that is only a day means its first moment, or for "to" its last.
    """
    text = query.get(name, "").strip()
    if not text:
        return None
    # A plus sign that was not escaped arrives as a blank.
    text = text.replace(" ", "+") if "T" in text else text
    try:
        return read_local(text, zone, end_of_day=name == "to")
    except ValueError as error:
        raise RefusedError(f"'{name}' must be an ISO 8601 date-time") from error


_WINDOW_TEXTS = {
    "from": "Inclusive lower bound.",
    "to": "Inclusive upper bound.",
}
_FILTERS = (
    Parameter("source", "Filter by lead source (case-insensitive)."),
    Parameter("filterUserId", "Admins only: a user's id, or 'all' for the whole organization."),
)


def _window(required: bool) -> tuple[Parameter, ...]:
    schema = {"type": "string", "format": "date-time"}
    return tuple(Parameter(name, text, schema, required) for name, text in _WINDOW_TEXTS.items())


_DENIED = {403: "Admin access required to filter by user", 404: "User not found"}

OPERATIONS = (
    operation(
        name="outreach_metrics.history",
        method="GET",
        path="/api/outreach-metrics/history",
        summary="Get historical stage distribution for outreach contacts",
        right=Right.METRICS_READ,
        run=get_history,
        tag=TAG,
        answer=HistoryShape,
        query=(
            *_window(required=True),
            Parameter(
                "groupBy",
                "The length of a period.",
                {"type": "string", "enum": ["day", "week", "month"], "default": "day"},
            ),
            *_FILTERS,
        ),
        errors={400: "'from' and 'to' query params are required", **_DENIED},
    ),
    operation(
        name="outreach_metrics.summary",
        method="GET",
        path="/api/outreach-metrics",
        summary="Get leads, conversion, cost and ROI per source, configuration and user",
        right=Right.METRICS_READ,
        run=get_summary,
        tag=TAG,
        answer=SummaryShape,
        query=(
            *_window(required=False),
            Parameter(
                "basis",
                "cohort: leads created in the window and what became of them. activity: what "
                "happened in the window.",
                {"type": "string", "enum": ["cohort", "activity"], "default": "cohort"},
            ),
            *_FILTERS,
        ),
        errors=_DENIED,
    ),
)
