"""What happened on a lead: calls, notes, changes of status, and their outcomes."""

from __future__ import annotations

from leadline.dialects.close.activities import (
    activity_lists,
    calls,
    comments,
    creations,
    custom_activities,
    form_submissions,
    lead_merges,
    notes,
    outcomes,
    status_changes,
    task_completions,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *activity_lists.OPERATIONS,
    *calls.OPERATIONS,
    *comments.OPERATIONS,
    *creations.OPERATIONS,
    *custom_activities.OPERATIONS,
    *form_submissions.OPERATIONS,
    *lead_merges.OPERATIONS,
    *notes.OPERATIONS,
    *outcomes.OPERATIONS,
    *status_changes.OPERATIONS,
    *task_completions.OPERATIONS,
)
