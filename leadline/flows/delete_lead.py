"""Deleting a lead with everything on it, set by set, each object with its event.

Transitions stay: they are the history that reports count.
"""

from __future__ import annotations

from typing import Any

from leadline.features.calls.tables import CALLS
from leadline.features.contacts.tables import CONTACTS
from leadline.features.conversations.tables import CONVERSATIONS, MESSAGES
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS
from leadline.features.form_submissions.tables import FORM_SUBMISSIONS
from leadline.features.lead_merges.tables import LEAD_MERGES
from leadline.features.leads.actions import delete_row
from leadline.features.leads.tables import LEADS
from leadline.features.notes.tables import NOTES
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.status_changes.tables import (
    LEAD_STATUS_CHANGES,
    OPPORTUNITY_STATUS_CHANGES,
)
from leadline.features.tasks.tables import TASK_COMPLETIONS, TASKS
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.tables import Table
from leadline.store.unit import Unit

# Children before parents. Each deletes what belongs to the lead and says what it was.
_MESSAGES = b"""
conversation_id IN (
    SELECT id FROM conversations WHERE organization_id = %(organization_id)s AND contact_id IN (
        SELECT id FROM contacts
        WHERE organization_id = %(organization_id)s AND lead_id = %(lead_id)s
    )
)
"""
_CONVERSATIONS = b"""
contact_id IN (
    SELECT id FROM contacts WHERE organization_id = %(organization_id)s AND lead_id = %(lead_id)s
)
"""
_OF_LEAD = b"lead_id = %(lead_id)s"
_CHILDREN: tuple[tuple[Table[Any], bytes], ...] = (
    (MESSAGES, _MESSAGES),
    (CONVERSATIONS, _CONVERSATIONS),
    (CALLS, _OF_LEAD),
    (NOTES, _OF_LEAD),
    (FORM_SUBMISSIONS, _OF_LEAD),
    (CUSTOM_ACTIVITIES, _OF_LEAD),
    (CUSTOM_OBJECTS, _OF_LEAD),
    (TASK_COMPLETIONS, _OF_LEAD),
    (TASKS, _OF_LEAD),
    (LEAD_MERGES, _OF_LEAD),
    (LEAD_STATUS_CHANGES, _OF_LEAD),
    (OPPORTUNITY_STATUS_CHANGES, _OF_LEAD),
    (OPPORTUNITIES, _OF_LEAD),
    (CONTACTS, _OF_LEAD),
)


async def delete_lead(unit: Unit, lead_id: bytes) -> None:
    """Removes the lead and its contacts, opportunities, tasks, activities and conversations."""
    unit.scope.require(Right.LEAD_DELETE)
    lead = await rows.lock(unit, LEADS, lead_id)
    for table, belongs in _CHILDREN:
        gone = await unit.fetch_all(table.row, table.delete_where(belongs), lead_id=lead_id)
        for row in gone:
            unit.record("deleted", table, row, None, lead_id=lead_id)
    await delete_row(unit, lead)
