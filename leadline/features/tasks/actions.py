"""Every change of tasks. Completing one leaves a completion, opening it again removes that."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from leadline.features.comments.actions import delete_comments_on
from leadline.features.contacts.queries import check_is_on_lead
from leadline.features.contacts.tables import CONTACTS
from leadline.features.leads.tables import LEADS
from leadline.features.tasks.inputs import NewTask, TaskChange
from leadline.features.tasks.tables import TASK_COMPLETIONS, TASKS, Task, TaskCompletion
from leadline.features.users.queries import active_members, check_members
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import TEXT_LENGTH, check_length
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_task(unit: Unit, new: NewTask, problems: Problems) -> Task:
    """Adds a task to a lead. Raises all ``problems``, its own included."""
    if new.lead_id is None:
        problems.add("required", "lead_id")
    elif await rows.find(unit, LEADS, new.lead_id) is None:
        problems.add("not_found", "lead_id")
    _check_text(new.type, new.text, problems)
    await _check_contact(unit, new.type, new.contact_id, {new.lead_id}, problems)
    await _check_assignee(unit, new.assigned_to, problems)
    await check_members(unit, {("created_by",): new.created_by}, problems)
    problems.stop_if_any()
    assert new.lead_id is not None  # noqa: S101 - a missing one is a problem
    task = Task(
        **unit.stamps(created_at=new.created_at, created_by=new.created_by),
        type=new.type,
        lead_id=new.lead_id,
        contact_id=new.contact_id,
        assigned_to=new.assigned_to or unit.scope.require_user(),
        text=new.text,
        priority=new.priority,
        due_on=new.due.on,
        due_at=new.due.at,
        is_complete=new.is_complete,
        resolution=None,
    )
    await writes.insert(unit, TASKS, task)
    if task.is_complete:
        await _record_completions(unit, [(task, task)])
    return task


async def change_tasks(
    unit: Unit, tasks: list[Task], change: TaskChange, problems: Problems
) -> list[Task]:
    """Changes locked tasks alike, and returns them all. Raises all ``problems``.

    What does not become different is not checked again: the person may be gone since.
    """
    for user_id in {task.assigned_to for task in tasks}:
        unit.scope.require_over(user_id, Right.TASK_MANAGE_OTHERS)
    await _check_change(unit, tasks, change, problems)
    problems.stop_if_any()
    columns = _columns(change)
    stamp = unit.update_stamps()
    pairs = [
        (task, msgspec.structs.replace(task, **columns, **stamp))
        for task in tasks
        if any(getattr(task, name) != value for name, value in columns.items())
    ]
    if not pairs:
        return tasks
    await unit.execute(
        TASKS.update_where((*columns, *stamp), b"id = ANY(%(ids)s)"),
        ids=[task.id for task, _ in pairs],
        **columns,
        **stamp,
    )
    for before, after in pairs:
        unit.record("updated", TASKS, before, after)
    await _record_completions(unit, [pair for pair in pairs if _is_completed(*pair)])
    await _forget_completions(unit, [pair for pair in pairs if _is_completed(*reversed(pair))])
    changed = {after.id: after for _, after in pairs}
    return [changed.get(task.id, task) for task in tasks]


async def delete_task(unit: Unit, task_id: bytes) -> None:
    """Removes a task. Its completion stays: it was done."""
    task = await rows.lock(unit, TASKS, task_id)
    unit.scope.require_over(task.assigned_to, Right.TASK_MANAGE_OTHERS, Right.TASK_DELETE_OWN)
    await writes.delete(unit, TASKS, task)


async def delete_completion(unit: Unit, completion_id: bytes) -> None:
    """Removes the note of a completion; the task stays complete."""
    row = await rows.lock(unit, TASK_COMPLETIONS, completion_id)
    unit.scope.require_over(row.user_id, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    await delete_comments_on(unit, [row.id])
    await writes.delete(unit, TASK_COMPLETIONS, row)


# The rules.


async def _check_change(
    unit: Unit, tasks: list[Task], change: TaskChange, problems: Problems
) -> None:
    user_id = change.assigned_to
    if user_id is not UNSET and any(task.assigned_to != user_id for task in tasks):
        await _check_assignee(unit, user_id, problems)
    if change.text is not UNSET:
        different = {task.type for task in tasks if task.text != change.text}
        if "outgoing_call" in different:
            problems.add("read_only", "text")
        elif different:
            _check_text("lead", change.text, problems)
    if change.contact_id is not UNSET:
        elsewhere = [task for task in tasks if task.contact_id != change.contact_id]
        for kind in {task.type for task in elsewhere}:
            of_leads: set[bytes | None] = {task.lead_id for task in elsewhere}
            await _check_contact(unit, kind, change.contact_id, of_leads, problems)


def _check_text(kind: str, text: str | None, problems: Problems) -> None:
    if kind == "lead" and not (text or "").strip():
        problems.add("required", "text")
    check_length(text or "", TEXT_LENGTH, problems, "text")


async def _check_contact(
    unit: Unit,
    kind: str,
    contact_id: bytes | None,
    lead_ids: set[bytes | None],
    problems: Problems,
) -> None:
    """A call needs somebody to call; whoever is named must be on the task's lead."""
    if contact_id is None:
        if kind == "outgoing_call":
            problems.add("required", "contact_id")
        return
    check_is_on_lead(await rows.find(unit, CONTACTS, contact_id), lead_ids, problems)


async def _check_assignee(unit: Unit, user_id: bytes | None, problems: Problems) -> None:
    if user_id is not None and not await active_members(unit, [user_id]):
        problems.add("not_found", "assigned_to")


# Completions.


def _columns(change: TaskChange) -> dict[str, Any]:
    plain = ("contact_id", "assigned_to", "text", "priority", "is_complete", "resolution")
    columns = given_fields(change, *plain)
    if change.due is not UNSET:
        columns.update(due_on=change.due.on, due_at=change.due.at)
    if change.is_complete is False:
        columns["resolution"] = None
    return columns


def _is_completed(before: Task, after: Task) -> bool:
    return after.is_complete and not before.is_complete


async def _record_completions(unit: Unit, pairs: list[tuple[Task, Task]]) -> None:
    """Records ``completed`` and adds a completion for each task."""
    made = [
        TaskCompletion(
            **unit.stamps(),
            lead_id=after.lead_id,
            contact_id=after.contact_id,
            user_id=unit.scope.user_id,
            task_id=after.id,
            task_type=after.type,
            task_text=after.text,
            task_assigned_to=after.assigned_to,
            happened_at=unit.now,
        )
        for _, after in pairs
    ]
    if not made:
        return
    await unit.execute(
        "INSERT INTO task_completions (organization_id, id, lead_id, contact_id, user_id, "
        "task_id, task_type, task_text, task_assigned_to, happened_at, created_at, updated_at, "
        "created_by, updated_by) "
        "SELECT %(organization_id)s, given.id, t.lead_id, t.contact_id, %(user_id)s, t.id, "
        "t.type, t.text, t.assigned_to, %(now)s, %(now)s, %(now)s, %(user_id)s, %(user_id)s "
        "FROM unnest(%(ids)s::bytea[], %(task_ids)s::bytea[]) AS given (id, task_id) "
        "JOIN tasks t ON t.organization_id = %(organization_id)s AND t.id = given.task_id",
        ids=[completion.id for completion in made],
        task_ids=[completion.task_id for completion in made],
        user_id=unit.scope.user_id,
    )
    for (before, after), completion in zip(pairs, made, strict=True):
        unit.record("completed", TASKS, before, after)
        unit.record("created", TASK_COMPLETIONS, None, completion)


async def _forget_completions(unit: Unit, pairs: list[tuple[Task, Task]]) -> None:
    if not pairs:
        return
    gone = await unit.fetch_all(
        TaskCompletion,
        TASK_COMPLETIONS.delete_where(b"task_id = ANY(%(task_ids)s)"),
        task_ids=[after.id for _, after in pairs],
    )
    await delete_comments_on(unit, [completion.id for completion in gone])
    for completion in gone:
        unit.record("deleted", TASK_COMPLETIONS, completion, None)
