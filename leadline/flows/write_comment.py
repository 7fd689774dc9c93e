"""Commenting: find the object by an id that does not tell its kind, and add to its thread."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from leadline.features.calls.tables import CALLS
from leadline.features.comments.actions import add_comment
from leadline.features.comments.tables import Comment
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES
from leadline.features.notes.tables import NOTES
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.tasks.tables import TASK_COMPLETIONS
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.tables import Table
from leadline.store.unit import Unit

# What can be commented on, by its noun. Who deletes one deletes the comments on it.
COMMENTABLE: dict[str, Table[Any]] = {
    table.noun: table
    for table in (CALLS, CUSTOM_ACTIVITIES, NOTES, OPPORTUNITIES, TASK_COMPLETIONS)
}


async def write_comment(unit: Unit, nouns: Collection[str], object_id: bytes, body: str) -> Comment:
    """Comments on the object of that id, which must be one of these nouns.

    NotFoundError when there is no such object, which includes those on leads that are hidden.
    """
    for noun in nouns:
        if await rows.find(unit, COMMENTABLE[noun], object_id) is None:
            continue
        # Until the commit nobody deletes it, or begins a second thread.
        row = await rows.lock(unit, COMMENTABLE[noun], object_id)
        return await add_comment(
            unit, noun=noun, object_id=object_id, lead_id=row.lead_id, body=body
        )
    raise NotFoundError("object")
