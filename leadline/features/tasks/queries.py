"""Reads of tasks. When a task is due depends on the clock of whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import msgspec

from leadline.features.tasks.tables import TASK_COMPLETIONS, TASKS, Task
from leadline.store import rows
from leadline.store.conditions import EVERYTHING, Condition, Order, TimeBounds, matching, start_of
from leadline.store.unit import Unit

View = Literal["inbox", "future", "archive"]


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


class TaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter. Days are those of the caller's calendar."""

    ids: list[bytes] | None = None
    organization_ids: list[bytes] | None = None
    types: list[str] | None = None
    lead_ids: list[bytes] | None = None
    assignee_ids: list[bytes] | None = None
    is_complete: bool | None = None
    view: View | None = None
    due: TimeBounds = TimeBounds()
    created: TimeBounds = TimeBounds()
    updated: TimeBounds = TimeBounds()


# A task of a day is due from its beginning.
_DUE = f"coalesce(due_at, {start_of('due_on')})"
# The column behind each filter.
_COLUMNS = {
    "ids": "id",
    "organization_ids": "organization_id",
    "types": "type",
    "lead_ids": "lead_id",
    "assignee_ids": "assigned_to",
    "is_complete": "is_complete",
    "due": _DUE,
    "created": "created_at",
    "updated": "updated_at",
}
_OWN = b"WHERE organization_id = %(organization_id)s AND "
_VIEWS: dict[View, str] = {
    "inbox": f"NOT is_complete AND coalesce({_DUE} < %(tomorrow)s, true)",
    "future": f"NOT is_complete AND {_DUE} >= %(tomorrow)s",
    "archive": "is_complete",
}
# What tasks can be ordered by. Tasks of a day come before those of an instant in it, and those
# without a date at the end.
ORDERS = {
    "date": f"{_DUE} {{way}} NULLS LAST, due_at IS NOT NULL {{way}}, id {{way}}",
    "date_created": "created_at {way}, id {way}",
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
    order: Order | None,
    limit: int,
    skip: int,
    extra: Condition | None = None,
) -> tuple[list[Task], int]:
    """Some of the tasks, oldest first without an order, and how many there are.

    ``extra`` is one more condition on ``tasks``.
    """
    where = _where(wanted, calendar) & (extra or EVERYTHING)
    keys = "id" if order is None else order.sql(ORDERS[order.name])
    found = await unit.fetch_all(
        Task,
        TASKS.select
        + _OWN
        + where.sql
        + f" ORDER BY {keys} LIMIT %(limit)s OFFSET %(skip)s".encode(),
        limit=limit,
        skip=skip,
        **where.parameters,
    )
    count: int = await unit.fetch_value(
        b"SELECT count(*) FROM tasks " + _OWN + where.sql, **where.parameters
    )
    return found, count


async def lock_tasks(unit: Unit, wanted: TaskFilter, calendar: Calendar, limit: int) -> list[Task]:
    """Up to ``limit`` of the tasks, oldest first and locked."""
    where = _where(wanted, calendar)
    locked = b" ORDER BY id LIMIT %(limit)s FOR UPDATE"
    return await unit.fetch_all(
        Task, TASKS.select + _OWN + where.sql + locked, limit=limit, **where.parameters
    )


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


async def completions_of(unit: Unit, task_ids: list[bytes]) -> dict[bytes, bytes]:
    """The id of the completion of each of these tasks, if it has one; fetched at once."""
    if not task_ids:
        return {}
    found = await rows.select(
        unit, TASK_COMPLETIONS, "AND task_id = ANY(%(task_ids)s)", task_ids=task_ids
    )
    return {completion.task_id: completion.id for completion in found}


def _where(wanted: TaskFilter, calendar: Calendar) -> Condition:
    where = matching(wanted, _COLUMNS, offset=calendar.offset)
    if wanted.view is not None:
        where &= Condition(_VIEWS[wanted.view].encode(), {"tomorrow": calendar.tomorrow})
    return where
