"""Reads of tasks. When a task is due depends on the clock of whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import msgspec

from leadline.features.tasks.tables import TASKS, Task
from leadline.store import rows
from leadline.store.conditions import EVERYTHING, Condition
from leadline.store.unit import Unit

View = Literal["inbox", "future", "archive"]
Order = Literal["id", "date", "-date", "date_created", "-date_created"]


class Calendar(msgspec.Struct, frozen=True):
    """The caller's clock: how far it is ahead of UTC, its day, and when the next begins."""

    offset: timedelta
    today: date
    tomorrow: datetime


def calendar_at(now: datetime, offset: timedelta) -> Calendar:
    """The calendar of somebody whose clock is ``offset`` ahead of UTC."""
    today = (now + offset).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time.min, UTC) - offset
    return Calendar(offset, today, tomorrow)


class Bound(msgspec.Struct, frozen=True):
    """A comparison with an instant, or with a whole day of the caller's calendar."""

    what: Literal["due", "created", "updated"]
    sign: Literal["eq", "gt", "gte", "lt", "lte"]
    value: date  # a date-time is an instant


class TaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter."""

    ids: list[bytes] | None = None
    organization_ids: list[bytes] | None = None
    types: list[str] | None = None
    lead_ids: list[bytes] | None = None
    assignee_ids: list[bytes] | None = None
    is_complete: bool | None = None
    view: View | None = None
    bounds: tuple[Bound, ...] = ()


# A day begins at the caller's midnight; a task of a day is due from then on.
_DAY = "(({}::date)::timestamp AT TIME ZONE 'UTC' - %(offset)s::interval)"
_DUE = f"coalesce(due_at, {_DAY.format('due_on')})"
_COLUMNS = {"due": _DUE, "created": "created_at", "updated": "updated_at"}
_SIGNS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_VIEWS: dict[View, str] = {
    "inbox": f"AND NOT is_complete AND coalesce({_DUE} < %(tomorrow)s, true) ",
    "future": f"AND NOT is_complete AND {_DUE} >= %(tomorrow)s ",
    "archive": "AND is_complete ",
}
_CONDITIONS = {
    "ids": "AND id = ANY(%(ids)s) ",
    "organization_ids": "AND organization_id = ANY(%(organization_ids)s) ",
    "types": "AND type = ANY(%(types)s) ",
    "lead_ids": "AND lead_id = ANY(%(lead_ids)s) ",
    "assignee_ids": "AND assigned_to = ANY(%(assignee_ids)s) ",
    "is_complete": "AND is_complete = %(is_complete)s ",
}
# Tasks of a day come before those of an instant in it, and those without a date at the end.
_ORDERS: dict[Order, str] = {
    "id": "id",
    "date": f"{_DUE} ASC NULLS LAST, due_at IS NOT NULL, id",
    "-date": f"{_DUE} DESC NULLS LAST, due_at IS NULL, id DESC",
    "date_created": "created_at, id",
    "-date_created": "created_at DESC, id DESC",
}


def view_of(task: Task, calendar: Calendar) -> View:
    """Where the task is seen: done, to be done by today, or later."""
    if task.is_complete:
        return "archive"
    if task.due_at is not None:
        return "inbox" if task.due_at < calendar.tomorrow else "future"
    return "future" if task.due_on is not None and task.due_on > calendar.today else "inbox"


async def page_of_tasks(  # noqa: PLR0917 - a filter, an order and a page, all needed
    unit: Unit,
    wanted: TaskFilter,
    calendar: Calendar,
    order: Order,
    limit: int,
    skip: int,
    extra: Condition | None = None,
) -> tuple[list[Task], int]:
    """Some of the tasks, and how many there are. ``extra`` is one more condition on ``tasks``."""
    where, given = _where(wanted, calendar)
    extra = extra or EVERYTHING
    where += b"AND " + extra.sql + b" "
    given |= extra.parameters
    page = f"ORDER BY {_ORDERS[order]} LIMIT %(limit)s OFFSET %(skip)s".encode()
    found = await unit.fetch_all(Task, TASKS.select + where + page, limit=limit, skip=skip, **given)
    count: int = await unit.fetch_value(b"SELECT count(*) FROM tasks " + where, **given)
    return found, count


async def lock_tasks(unit: Unit, wanted: TaskFilter, calendar: Calendar, limit: int) -> list[Task]:
    """Up to ``limit`` of the tasks, oldest first and locked."""
    where, given = _where(wanted, calendar)
    locked = b"ORDER BY id LIMIT %(limit)s FOR UPDATE"
    return await unit.fetch_all(Task, TASKS.select + where + locked, limit=limit, **given)


async def open_tasks_of_leads(unit: Unit, lead_ids: list[bytes]) -> dict[bytes, list[Task]]:
    """What is left to do on each lead, oldest first; fetched at once."""
    found: dict[bytes, list[Task]] = {lead_id: [] for lead_id in lead_ids}
    if not lead_ids:
        return found
    for row in await rows.select(
        unit,
        TASKS,
        "AND lead_id = ANY(%(lead_ids)s) AND NOT is_complete ORDER BY id",
        lead_ids=lead_ids,
    ):
        found[row.lead_id].append(row)
    return found


def _where(wanted: TaskFilter, calendar: Calendar) -> tuple[bytes, dict[str, Any]]:
    given: dict[str, Any] = {
        name: getattr(wanted, name) for name in _CONDITIONS if getattr(wanted, name) is not None
    }
    parts = [_CONDITIONS[name] for name in given]
    if wanted.view is not None:
        parts.append(_VIEWS[wanted.view])
    for place, bound in enumerate(wanted.bounds):
        parts.append(_condition(bound, f"%(bound_{place})s"))
        given[f"bound_{place}"] = bound.value
    given.update(offset=calendar.offset, tomorrow=calendar.tomorrow)
    return ("WHERE organization_id = %(organization_id)s " + "".join(parts)).encode(), given


def _condition(bound: Bound, value: str) -> str:
    column = _COLUMNS[bound.what]
    if isinstance(bound.value, datetime):
        return f"AND {column} {_SIGNS[bound.sign]} {value} "
    begin, end = _DAY.format(value), _DAY.format(f"({value}::date + 1)")
    return {
        "eq": f"AND {column} >= {begin} AND {column} < {end} ",
        "gt": f"AND {column} >= {end} ",
        "gte": f"AND {column} >= {begin} ",
        "lt": f"AND {column} < {begin} ",
        "lte": f"AND {column} < {end} ",
    }[bound.sign]
