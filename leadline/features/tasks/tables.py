"""The tables of tasks and of their completions."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from leadline.store.tables import Table


class Task(msgspec.Struct, frozen=True, gc=False):
    """Due on a day, at an instant, or whenever. ``type`` is "lead" or "outgoing_call"."""

    organization_id: bytes
    id: bytes
    type: str
    lead_id: bytes
    contact_id: bytes | None
    assigned_to: bytes
    text: str | None
    priority: str | None
    due_on: date | None
    due_at: datetime | None
    is_complete: bool
    resolution: str | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


class TaskCompletion(msgspec.Struct, frozen=True, gc=False):
    """What the task was at that moment; the task itself may be gone since."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    contact_id: bytes | None
    user_id: bytes | None
    task_id: bytes
    task_type: str
    task_text: str | None
    task_assigned_to: bytes | None
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


TASKS = Table("tasks", "task", Task)
TASK_COMPLETIONS = Table("task_completions", "task_completion", TaskCompletion)
