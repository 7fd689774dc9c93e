"""Completed tasks in the Close dialect: ``/api/v1/activity/task_completed/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from leadline.dialects.close.activities.activities import list_activities
from leadline.dialects.close.leads.task_shapes import PREFIXES
from leadline.dialects.close.protocol.comment_summaries import (
    CommentSummaryShape,
    add_comment_summaries,
)
from leadline.dialects.close.protocol.resource import Resource, delete_operation, get_operation
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null, spell_time
from leadline.features.tasks.actions import delete_completion
from leadline.features.tasks.tables import TASK_COMPLETIONS, TaskCompletion
from leadline.features.users.queries import names_of
from leadline.kernel.rights import Right
from leadline.wire.operation import Request


class TaskCompletionShape(TypedDict):
    """The text and whose task it was are those of the moment."""

    _type: Literal["TaskCompleted"]
    activity_at: str
    comment_summary: CommentSummaryShape | None
    contact_id: str | None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_updated: str
    id: str
    lead_id: str
    organization_id: str
    sequence_id: None
    sequence_name: None
    sequence_subscription_id: None
    task_assigned_to: str | None
    task_assigned_to_name: str | None
    task_id: str
    task_text: str | None
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]


async def show(request: Request[Any], found: list[TaskCompletion]) -> list[TaskCompletionShape]:
    people: set[bytes | None] = set()
    for row in found:
        people |= {row.created_by, row.updated_by, row.user_id, row.task_assigned_to}
    names = await names_of(request.unit, people)
    shapes: list[TaskCompletionShape] = [
        {
            "_type": "TaskCompleted",
            "activity_at": spell_time(row.happened_at),
            "comment_summary": None,
            "contact_id": spell_id_or_null("cont", row.contact_id),
            "created_by": spell_id_or_null("user", row.created_by),
            "created_by_name": names.get(row.created_by),
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "id": spell_id("acti", row.id),
            "lead_id": spell_id("lead", row.lead_id),
            "organization_id": spell_id("orga", row.organization_id),
            "sequence_id": None,
            "sequence_name": None,
            "sequence_subscription_id": None,
            "task_assigned_to": spell_id_or_null("user", row.task_assigned_to),
            "task_assigned_to_name": names.get(row.task_assigned_to),
            "task_id": spell_id(PREFIXES[row.task_type], row.task_id),
            "task_text": row.task_text,
            "updated_by": spell_id_or_null("user", row.updated_by),
            "updated_by_name": names.get(row.updated_by),
            "user_id": spell_id_or_null("user", row.user_id),
            "user_name": names.get(row.user_id),
            "users": [],
        }
        for row in found
    ]
    await add_comment_summaries(request.unit, shapes)
    return shapes


RESOURCE = Resource(
    noun="task_completion",
    tag="Completed tasks",
    path="/api/v1/activity/task_completed/",
    prefix="acti",
    table=TASK_COMPLETIONS,
    shape=TaskCompletionShape,
    show=show,
    read=Right.TASK_READ,
    write=Right.TASK_WRITE,
)

OPERATIONS = (
    list_activities(RESOURCE, "TaskCompleted"),
    get_operation(RESOURCE),
    delete_operation(RESOURCE, action=delete_completion),
)
