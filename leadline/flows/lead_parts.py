"""What belongs to a lead: it moves with the lead when two are merged, and is deleted with it.

A table that belongs to leads is declared here and nowhere else. Who sees it follows from the
database itself (``leadline/store/visibility.py``), and a test compares the two.
"""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.calls.tables import CALLS
from leadline.features.comments.tables import COMMENT_THREADS, COMMENTS
from leadline.features.contacts.tables import CONTACTS
from leadline.features.conversations.tables import CONVERSATIONS, MESSAGES
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS
from leadline.features.form_submissions.tables import FORM_SUBMISSIONS
from leadline.features.lead_merges.tables import LEAD_MERGES
from leadline.features.notes.tables import NOTES
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.stage_transitions.tables import STAGE_TRANSITIONS
from leadline.features.status_changes.tables import LEAD_STATUS_CHANGES, OPPORTUNITY_STATUS_CHANGES
from leadline.features.tasks.tables import TASK_COMPLETIONS, TASKS
from leadline.store.tables import Table


class Part(msgspec.Struct, frozen=True):
    """A table whose rows belong to a lead: by ``lead_id``, or as ``reference`` names a row of
    ``parent``.

    ``moves``: a merge gives its rows the id of the other lead, and has nothing else to do with
    them. ``dies``: it is deleted with the lead.
    """

    table: Table[Any]
    parent: Part | None = None
    reference: str = ""
    moves: bool = True
    dies: bool = True

    @property
    def of_lead(self) -> bytes:
        """The condition on the rows that belong to the lead ``%(lead_id)s``."""
        if self.parent is None:
            return b"lead_id = %(lead_id)s"
        name, of_parent = self.parent.table.name.encode(), self.parent.of_lead
        return self.reference.encode() + (
            b" IN (SELECT id FROM %b WHERE organization_id = %%(organization_id)s AND %b)"
            % (name, of_parent)
        )

    @property
    def is_activity(self) -> bool:
        """Whether it is one of the things that happen on a lead, in the order of their time."""
        return "happened_at" in self.table.columns


# A merge keeps one of two empty contacts, and one of two primary ones.
_CONTACTS = Part(CONTACTS, moves=False)
# Conversations stay with their contacts.
_CONVERSATIONS = Part(CONVERSATIONS, _CONTACTS, "contact_id", moves=False)

# Parents before children, so that the reverse is the order to delete them in.
LEAD_PARTS: tuple[Part, ...] = (
    _CONTACTS,
    Part(OPPORTUNITIES),
    Part(OPPORTUNITY_STATUS_CHANGES),
    Part(LEAD_STATUS_CHANGES),
    Part(LEAD_MERGES),
    Part(TASKS),
    Part(TASK_COMPLETIONS),
    Part(CUSTOM_OBJECTS),
    Part(CUSTOM_ACTIVITIES),
    Part(FORM_SUBMISSIONS),
    Part(NOTES),
    Part(CALLS),
    Part(COMMENT_THREADS),
    Part(COMMENTS),
    _CONVERSATIONS,
    Part(MESSAGES, _CONVERSATIONS, "conversation_id", moves=False),
    # What reports count. A merged lead was taken in once; a deleted one remains in the figures.
    Part(STAGE_TRANSITIONS, moves=False, dies=False),
)
