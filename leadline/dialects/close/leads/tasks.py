"""Tasks in the Close dialect: ``/api/v1/task/``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, cast, get_args

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.leads.task_shapes import PREFIXES, TaskShape, names_for, spell_task
from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import ContactId, LeadId, UserId
from leadline.dialects.close.query.parameters import QUERY, orders_in, search_in
from leadline.features.tasks import actions
from leadline.features.tasks.inputs import Due, NewTask, Priority, Resolution, TaskChange, TaskType
from leadline.features.tasks.queries import (
    ORDERS,
    Calendar,
    TaskFilter,
    View,
    calendar_at,
    lock_tasks,
    page_of_tasks,
)
from leadline.features.tasks.tables import TASKS, Task
from leadline.kernel.errors import NotFoundError, Problems, RefusedError
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Right
from leadline.reporting.search.conditions import condition_for
from leadline.store import rows
from leadline.store.conditions import TimeBounds
from leadline.wire.decode import FieldError
from leadline.wire.instants import Instant, read_moment
from leadline.wire.operation import Parameter, Request, operation
from leadline.wire.override import params_of

MAX_LIMIT = 1000
MAX_BULK = 1000
READABLE = frozenset(TaskShape.__annotations__)


class TaskListShape(TypedDict):
    data: list[TaskShape]
    has_more: bool
    total_results: int


class BulkAnswer(TypedDict):
    ok: bool
    count: int


class TaskBody(msgspec.Struct, frozen=True, kw_only=True):
    """``date`` is a day or an instant; without one the task has no date."""

    kind: TaskType = msgspec.field(name="_type", default="lead")
    lead_id: LeadId | None = None
    contact_id: ContactId | None = None
    assigned_to: UserId | None = None
    text: str | None = None
    priority: Priority | None = None
    date: str | None = None
    due_date: str | None = None
    is_dateless: bool | None = None
    is_complete: bool | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None


class BulkTaskBody(msgspec.Struct, frozen=True, kw_only=True):
    """What of the tasks changes. Null clears what may be absent; a task is always somebody's."""

    assigned_to: UserId | None = None
    text: str | UnsetType | None = UNSET
    priority: Priority | UnsetType | None = UNSET
    date: str | UnsetType | None = UNSET
    due_date: str | UnsetType | None = UNSET
    is_dateless: bool | None = None
    is_complete: bool | None = None
    resolution: Resolution | UnsetType | None = UNSET
    params: dict[str, Any] | None = msgspec.field(name="_params", default=None)


class TaskChangeBody(BulkTaskBody, frozen=True, kw_only=True):
    """A task stays on its lead; who is to be called can change."""

    lead_id: LeadId | None = None
    contact_id: ContactId | UnsetType | None = UNSET


# On the way in.


def _read_due(name: str, text: str | None, problems: Problems, *, is_dateless: bool | None) -> Due:
    if is_dateless or not text:
        return Due()
    try:
        moment = read_moment(text)
    except FieldError as error:
        problems.add(error.code, name)
        return Due()
    return Due(at=moment) if isinstance(moment, datetime) else Due(on=moment)


def _read_change(body: BulkTaskBody, problems: Problems) -> TaskChange:
    due: Due | UnsetType = Due() if body.is_dateless else UNSET
    for name in ("date", "due_date"):
        text = getattr(body, name)
        if text is not UNSET:
            due = _read_due(name, text, problems, is_dateless=body.is_dateless)
            break
    return TaskChange(
        contact_id=body.contact_id if isinstance(body, TaskChangeBody) else UNSET,
        assigned_to=body.assigned_to or UNSET,
        text=body.text,
        priority=body.priority,
        due=due,
        is_complete=UNSET if body.is_complete is None else body.is_complete,
        resolution=body.resolution,
    )


def _read_filter(query: Mapping[str, str], problems: Problems) -> TaskFilter:
    view = query.get("view") or ""
    if view not in ("", *get_args(View)):
        words = f"Value must be one of: {', '.join(get_args(View))}."
        problems.add("choice", "view", text=words)
    found_ids = [filters.ids(query, "id", prefix) for prefix in PREFIXES.values()]
    ids = None if None in found_ids else [each for ids in found_ids for each in ids or ()]
    kinds = filters.words(query, "_type")
    if kinds is None:
        kinds = ["lead"] if ids is None else ["all"]
    return TaskFilter(
        ids=ids,
        organization_ids=filters.ids(query, "organization_id", "orga"),
        types=None if "all" in kinds else kinds,
        lead_ids=filters.ids(query, "lead_id", "lead"),
        assignee_ids=filters.ids(query, "assigned_to", "user"),
        is_complete=filters.flag(query, "is_complete"),
        view=cast(View, view or None),
        due=_read_due_bounds(query, view, problems),
        created=filters.bounds(query, "date_created", problems, read_moment, exact=read_moment),
        updated=filters.bounds(query, "date_updated", problems, read_moment, exact=read_moment),
    )


# A view says itself how far the dates go; then this bound does not count.
_SAID_BY_VIEW = {"inbox": "lt", "future": "gte"}


def _read_due_bounds(query: Mapping[str, str], view: str, problems: Problems) -> TimeBounds:
    """The bounds that ``date`` has, and those that only its old name has."""
    new, old = (
        filters.bounds(
            query,
            name,
            problems,
            read_moment,
            exact=read_moment,
            ignored=(_SAID_BY_VIEW.get(view, ""),),
        )
        for name in ("date", "due_date")
    )
    return TimeBounds(**{**dict(old.given()), **dict(new.given())})


def calendar_of(request: Request[Any]) -> Calendar:
    """Which day it is where the caller is: ``x-tz-offset`` tells."""
    return calendar_at(request.unit.now, spelling.tz_offset(request.headers))


def _id_in(request: Request[Any]) -> bytes:
    """The id in the path, be it spelled as one kind of task or the other."""
    for prefix in PREFIXES.values():
        found = parse_prefixed(prefix, request.path["id"])
        if found is not None:
            return found
    raise NotFoundError(TASKS.noun)


# The operations.


async def show(request: Request[Any], found: list[Task]) -> list[TaskShape]:
    names, calendar = await names_for(request.unit, found), calendar_of(request)
    return [spell_task(task, names, calendar) for task in found]


async def list_tasks(request: Request[None]) -> TaskListShape:
    unit, query = request.unit, request.query
    page = spelling.page_of(query, MAX_LIMIT)
    problems = Problems()
    wanted = _read_filter(query, problems)
    problems.stop_if_any()
    search = await search_in(request, "task")
    by_search = orders_in(search, ORDERS, only_one=True)
    named = query.get("_order_by", "") or by_search
    order = next(iter(filters.orders(named, ORDERS)), None)
    calendar = calendar_of(request)
    extra = condition_for(unit, search) if search else None
    found, total = await page_of_tasks(unit, wanted, calendar, order, page.fetch, page.skip, extra)
    listed = spelling.list_of(await show(request, found), page, query)
    return {**listed, "total_results": total}


async def get_task(request: Request[None]) -> TaskShape:
    return await RESOURCE.show_one(request, await rows.get(request.unit, TASKS, _id_in(request)))


async def create_task(request: Request[TaskBody]) -> TaskShape:
    body = request.body
    problems = Problems()
    name = "due_date" if body.date is None else "date"
    due = _read_due(name, body.date or body.due_date, problems, is_dateless=body.is_dateless)
    new = NewTask(
        type=body.kind,
        lead_id=body.lead_id,
        contact_id=body.contact_id,
        assigned_to=body.assigned_to,
        text=body.text,
        priority=body.priority,
        due=due,
        is_complete=bool(body.is_complete),
        created_at=body.date_created,
        created_by=body.created_by,
    )
    return await RESOURCE.show_one(request, await actions.create_task(request.unit, new, problems))


async def update_task(request: Request[TaskChangeBody]) -> TaskShape:
    unit, body = request.unit, request.body
    task = await rows.lock(unit, TASKS, _id_in(request))
    problems = Problems()
    if body.lead_id not in (None, task.lead_id):
        problems.add("read_only", "lead_id")
    (changed,) = await actions.change_tasks(unit, [task], _read_change(body, problems), problems)
    return await RESOURCE.show_one(request, changed)


async def update_all(request: Request[BulkTaskBody]) -> BulkAnswer:
    """The filters stand in ``_params`` of the body, else in the query."""
    unit = request.unit
    given = params_of(request.raw)
    query = request.query if given is None else given
    if query.get("query"):
        raise RefusedError("Tasks to update cannot be selected by a search: give their ids.")
    problems = Problems()
    wanted = _read_filter(query, problems)
    change = _read_change(request.body, problems)
    problems.stop_if_any()
    if wanted.ids is None and not {"id", "id__in"}.isdisjoint(query):
        return {"ok": True, "count": 0}  # a list of no tasks, which must not mean all of them
    if not any(query.get(name) for name in _FILTERS):
        words = "Say which tasks to update: give at least one filter, or _type=all for every task."
        raise RefusedError(words)
    found = await lock_tasks(unit, wanted, calendar_of(request), MAX_BULK + 1)
    if len(found) > MAX_BULK:
        words = f"It's not allowed to update more than {MAX_BULK} objects at once"
        problems.add("too_long", text=words)
        problems.stop_if_any()
    await actions.change_tasks(unit, found, change, problems)
    return {"ok": True, "count": len(found)}


async def delete_task(request: Request[None]) -> None:
    await actions.delete_task(request.unit, _id_in(request))


RESOURCE = Resource(
    noun="task",
    tag="Tasks",
    path="/api/v1/task/",
    prefix="task",
    table=TASKS,
    shape=TaskShape,
    show=show,
    read=Right.TASK_READ,
    write=Right.TASK_WRITE,
)

FILTERS = (
    Parameter("_type", "Filter by task types, comma separated. Default: lead; all for every type."),
    Parameter("_type__in", "Filter by task types, comma separated."),
    Parameter("id", "Filter by task id."),
    Parameter("id__in", "Filter by task ids, comma separated, whatever the type."),
    Parameter("lead_id", "Filter by lead ids, comma separated."),
    Parameter(
        "organization_id", "Must be your own organization; any other id gives an empty list."
    ),
    Parameter("assigned_to", "Filter by user ids, comma separated."),
    Parameter("is_complete", "Return only complete (true) or only open (false) tasks."),
    Parameter(
        "view",
        "inbox: open and due by the end of today. future: open and due later. archive: complete.",
        {"type": "string", "enum": list(get_args(View))},
    ),
    Parameter("date", "Filter by due date or time."),
    *filters.bound_parameters("date"),
    Parameter("due_date", "Former name of date."),
    *filters.bound_parameters("due_date"),
    *filters.bound_parameters("date_created"),
    *filters.bound_parameters("date_updated"),
)
_FILTERS = frozenset(parameter.name for parameter in FILTERS)
ORDER = Parameter(
    "_order_by", "Sort by date or date_created; prefix with a minus for descending order."
)

OPERATIONS = (
    list_operation(RESOURCE, list_tasks, answer=TaskListShape, filters=(*FILTERS, QUERY, ORDER)),
    create_operation(RESOURCE, create_task, body=TaskBody),
    operation(
        name="task.update_all",
        method="PUT",
        path="/api/v1/task/",
        summary="Update several tasks at once",
        right=Right.TASK_WRITE,
        run=update_all,
        tag="Tasks",
        body=BulkTaskBody,
        answer=BulkAnswer,
        query=FILTERS,
        ignored=READABLE,
    ),
    get_operation(RESOURCE, get_task),
    update_operation(RESOURCE, update_task, body=TaskChangeBody, ignored=READABLE),
    delete_operation(RESOURCE, delete_task),
)
