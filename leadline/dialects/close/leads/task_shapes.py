"""A task as Close shows it, by itself and embedded in its lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NotRequired, TypedDict

import msgspec

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.spelling import (
    spell_id,
    spell_id_or_null,
    spell_organization_id,
    spell_shared_id,
    spell_time,
    spell_user_id,
)
from leadline.features.contacts.queries import names_around
from leadline.features.tasks.queries import Calendar, completions_of, view_of
from leadline.features.tasks.tables import Task
from leadline.features.users.queries import names_of
from leadline.store.unit import Unit

# Tasks that people write have an id of their own kind, reminders of something another.
PREFIXES = {"lead": "task", "outgoing_call": "noti"}


class TaskShape(TypedDict):
    """``date`` is a day, or an instant. The last six keys are those of calls to make."""

    _type: str
    assigned_to: str
    assigned_to_name: str | None
    contact_id: str | None
    contact_name: str | None
    created_by: str | None
    created_by_name: str | None
    date: str | None
    date_created: str
    date_updated: str
    due_date: str | None
    id: str
    is_complete: bool
    is_dateless: bool
    lead_id: str
    lead_name: str | None
    object_id: str | None
    object_type: Literal["taskcompleted"] | None
    organization_id: str
    priority: str | None
    resolution: str | None
    text: str | None
    updated_by: str | None
    updated_by_name: str | None
    view: str
    agent_config_id: NotRequired[None]
    deduplication_key: NotRequired[None]
    is_primary_lead_notification: NotRequired[bool]
    sequence_id: NotRequired[None]
    sequence_subscription_id: NotRequired[None]
    step_id: NotRequired[None]


class Names(msgspec.Struct, frozen=True):
    """What those are called that tasks name by id, and the completions of tasks that are done."""

    people: Mapping[bytes | None, str]
    leads: Mapping[bytes, str]
    contacts: Mapping[bytes, str]
    completions: Mapping[bytes, bytes] = {}


NO_NAMES = Names({}, {}, {})


def people_of(tasks: Iterable[Task]) -> set[bytes | None]:
    """Everybody whose name is shown with these tasks."""
    found: set[bytes | None] = set()
    for task in tasks:
        found |= {task.assigned_to, task.created_by, task.updated_by}
    return found


async def names_for(unit: Unit, tasks: list[Task]) -> Names:
    """The names that these tasks are shown with, each kind fetched at once."""
    contact_ids = [task.contact_id for task in tasks if task.contact_id is not None]
    leads, contacts = await names_around(unit, [task.lead_id for task in tasks], contact_ids)
    done = [task.id for task in tasks if task.is_complete]
    return Names(
        await names_of(unit, people_of(tasks)), leads, contacts, await completions_of(unit, done)
    )


def spell_task(task: Task, names: Names, calendar: Calendar) -> TaskShape:
    due = spelling.spell_time_or_null(task.due_at) or spelling.spell_day_or_null(task.due_on)
    completion_id = names.completions.get(task.id)
    shape: TaskShape = {
        "_type": task.type,
        "assigned_to": spell_shared_id("user", task.assigned_to),
        "assigned_to_name": names.people.get(task.assigned_to),
        "contact_id": spell_id_or_null("cont", task.contact_id),
        "contact_name": names.contacts.get(task.contact_id) if task.contact_id else None,
        "created_by": spell_user_id(task.created_by),
        "created_by_name": names.people.get(task.created_by),
        "date": due,
        "date_created": spell_time(task.created_at),
        "date_updated": spell_time(task.updated_at),
        "due_date": due,
        "id": spell_id(PREFIXES[task.type], task.id),
        "is_complete": task.is_complete,
        "is_dateless": due is None,
        "lead_id": spell_shared_id("lead", task.lead_id),
        "lead_name": names.leads.get(task.lead_id),
        "object_id": spell_id_or_null("acti", completion_id),
        "object_type": None if completion_id is None else "taskcompleted",
        "organization_id": spell_organization_id(task.organization_id),
        "priority": task.priority,
        "resolution": task.resolution,
        "text": task.text,
        "updated_by": spell_user_id(task.updated_by),
        "updated_by_name": names.people.get(task.updated_by),
        "view": view_of(task, calendar),
    }
    if task.type == "outgoing_call":
        shape["agent_config_id"] = None
        shape["deduplication_key"] = None
        shape["is_primary_lead_notification"] = True
        shape["sequence_id"] = None
        shape["sequence_subscription_id"] = None
        shape["step_id"] = None
    return shape
