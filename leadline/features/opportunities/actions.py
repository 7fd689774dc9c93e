"""Changes that concern an opportunity alone. Creating and moving one are flows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import UNSET, UnsetType

from leadline.features.comments.actions import delete_comments_on
from leadline.features.custom_fields.actions import merged
from leadline.features.opportunities.inputs import NewOpportunity, OpportunityChange
from leadline.features.opportunities.tables import OPPORTUNITIES, Opportunity
from leadline.features.pipelines.tables import Stage
from leadline.kernel.rights import Right
from leadline.platform.rich_text import both_texts
from leadline.store import rows, writes
from leadline.store.unit import Unit

# How sure one is of a deal, by the type of its stage, unless somebody says otherwise.
USUAL_CONFIDENCE = {"active": 50, "won": 100, "lost": 0}


async def insert_opportunity(
    unit: Unit, lead_id: bytes, stage: Stage, new: NewOpportunity, *, today: date | None = None
) -> Opportunity:
    """Adds the row of an opportunity. Its transition is the flow's concern.

    ``today`` is the day where the caller is (None: in UTC), on which a deal is won.
    """
    created_at = new.created_at or unit.now
    won_on = new.won_on
    if won_on is None and stage.type == "won":
        won_on = today or unit.now.date()
    note, note_html = _notes(new.note, new.note_html)
    row = Opportunity(
        **unit.stamps(created_at=created_at, created_by=new.created_by),
        lead_id=lead_id,
        contact_id=new.contact_id,
        name=new.name,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        user_id=unit.scope.speak_for(new.user_id, Right.OPPORTUNITY_MANAGE_OTHERS),
        note=note,
        note_html=note_html,
        value_minor=new.value_minor,
        value_period=new.value_period,
        confidence=USUAL_CONFIDENCE[stage.type] if new.confidence is None else new.confidence,
        won_on=won_on,
        lost_at=created_at if stage.type == "lost" else None,
        attachments=new.attachments,
        custom=new.custom,
    )
    return await writes.insert(unit, OPPORTUNITIES, row, labels={"after": stage_labels(stage)})


async def update_opportunity(
    unit: Unit,
    before: Opportunity,
    change: OpportunityChange,
    old: Stage,
    new: Stage,
    *,
    today: date,
) -> Opportunity:
    """Changes what is given and puts it from stage ``old`` into ``new``, which may be the same.

    ``before`` must be locked. What is given wins over what follows from the stage.
    """
    changes: dict[str, Any] = {}
    if new.id != old.id:
        changes.update(changes_on_entering(before, old, new, at=unit.now, today=today))
    for name in ("contact_id", "user_id", "value_minor", "value_period", "confidence"):
        if getattr(change, name) is not UNSET:
            changes[name] = getattr(change, name)
    if change.attachments is not UNSET:
        changes["attachments"] = change.attachments
    if change.won_on is not UNSET and not (change.won_on is None and "won_on" in changes):
        changes["won_on"] = change.won_on
    if change.custom:
        changes["custom"] = merged(before.custom, change.custom)
    changes.update(_changed_notes(before, change.note, change.note_html))
    labels = {"before": stage_labels(old), "after": stage_labels(new)}
    return await writes.update(unit, OPPORTUNITIES, before, labels=labels, **changes)


async def delete_opportunity(unit: Unit, opportunity_id: bytes) -> None:
    """Removes an opportunity. How its status changed stays on the lead."""
    row = await rows.lock(unit, OPPORTUNITIES, opportunity_id)
    unit.scope.require_over(
        row.user_id, Right.OPPORTUNITY_MANAGE_OTHERS, Right.OPPORTUNITY_DELETE_OWN
    )
    await delete_comments_on(unit, [row.id])
    await writes.delete(unit, OPPORTUNITIES, row)


def changes_on_entering(
    before: Opportunity, old: Stage, new: Stage, *, at: datetime, today: date
) -> dict[str, Any]:
    """Everything that changes of an opportunity that goes from stage ``old`` into ``new``.

    Winning and losing set the confidence; whoever opens it again gets the usual one, unless
    somebody has said another. The day it was won stays when it is won no more.
    """
    changes: dict[str, Any] = {"stage_id": new.id, "pipeline_id": new.pipeline_id}
    if new.type == old.type:
        return changes
    if new.type != "active" or before.confidence == USUAL_CONFIDENCE[old.type]:
        changes["confidence"] = USUAL_CONFIDENCE[new.type]
    if new.type == "won" and before.won_on is None:
        changes["won_on"] = today
    changes["lost_at"] = at if new.type == "lost" else None
    return changes


def stage_labels(stage: Stage) -> dict[str, str]:
    """What the event of an opportunity keeps of its stage."""
    return {"stage_name": stage.name, "stage_type": stage.type}


def _notes(note: str | None, note_html: str | None) -> tuple[str, str]:
    """The note as plain and as rich text; the rich one wins. Without a note both are empty."""
    plain, rich = both_texts(note, note_html)
    return (plain, rich) if plain or "<img" in rich else ("", "")


def _changed_notes(
    before: Opportunity, note: str | UnsetType | None, note_html: str | UnsetType | None
) -> dict[str, str]:
    if note_html is None:
        plain, rich = "", ""
    elif note_html is not UNSET and note_html != before.note_html:
        plain, rich = _notes(None, note_html)
    elif note_html is UNSET and note is not UNSET and note != before.note:
        plain, rich = _notes(note, None)
    else:
        return {}
    return {"note": plain, "note_html": rich}
