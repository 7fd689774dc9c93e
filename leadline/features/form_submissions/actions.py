"""Deleting form submissions. Submitting a form is a flow: it finds or makes the lead."""

from __future__ import annotations

from leadline.features.form_submissions.tables import FORM_SUBMISSIONS
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def delete_form_submission(unit: Unit, submission_id: bytes) -> None:
    """Removes a submission; the lead that it made stays."""
    unit.scope.require_over(None, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    row = await rows.lock(unit, FORM_SUBMISSIONS, submission_id)
    await writes.delete(unit, FORM_SUBMISSIONS, row)
