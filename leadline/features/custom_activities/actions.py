"""Every change of custom activities, but that they go with their lead or with their type."""

from __future__ import annotations

from msgspec import UNSET

from leadline.features.comments.actions import delete_comments_on
from leadline.features.contacts.queries import check_on_lead
from leadline.features.custom_activities.inputs import CustomActivityChange, NewCustomActivity
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES, CustomActivity
from leadline.features.custom_activity_types.tables import CustomActivityType
from leadline.features.custom_fields.actions import merged
from leadline.features.leads.tables import LEADS
from leadline.features.users.queries import check_members
from leadline.kernel.errors import Path, Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_custom_activity(
    unit: Unit, kind: CustomActivityType | None, new: NewCustomActivity, problems: Problems
) -> CustomActivity:
    """Adds an activity of that type to a lead. Raises all ``problems``, its own included.

    ``kind`` None is a type that there is not; another must be held until the commit.
    """
    await _check(unit, kind, new, problems)
    assert kind is not None  # noqa: S101 - a missing one is a problem
    created_at = new.created_at or unit.now
    row = CustomActivity(
        **unit.stamps(created_at=created_at, created_by=new.created_by),
        type_id=kind.id,
        lead_id=new.lead_id,
        contact_id=new.contact_id,
        user_id=unit.scope.speak_for(new.user_id, Right.ACTIVITY_MANAGE_OTHERS),
        status=new.status,
        published_at=created_at if new.status == "published" else None,
        pinned_at=unit.now if new.is_pinned else None,
        custom=new.custom,
        happened_at=new.happened_at or created_at,
    )
    return await writes.insert(unit, CUSTOM_ACTIVITIES, row)


async def _check(
    unit: Unit, kind: CustomActivityType | None, new: NewCustomActivity, problems: Problems
) -> None:
    if kind is None:
        problems.add("not_found", "type_id")
    elif kind.is_archived:
        problems.add("conflict", "type_id", text="The type is archived.")
    if await rows.find(unit, LEADS, new.lead_id) is None:
        problems.add("not_found", "lead_id")
    await check_on_lead(unit, new.contact_id, new.lead_id, problems)
    people: dict[Path, bytes | None] = {
        ("user_id",): new.user_id,
        ("created_by",): new.created_by,
    }
    await check_members(unit, people, problems)
    problems.stop_if_any()


async def update_custom_activity(
    unit: Unit, before: CustomActivity, change: CustomActivityChange, problems: Problems
) -> CustomActivity:
    """Changes what is given; ``before`` must be locked. Raises all ``problems``."""
    unit.scope.require_over(before.user_id, Right.ACTIVITY_MANAGE_OTHERS)
    if change.contact_id is not UNSET and change.contact_id != before.contact_id:
        await check_on_lead(unit, change.contact_id, before.lead_id, problems)
    problems.stop_if_any()
    changes = given_fields(change, "contact_id", "status", "happened_at")
    if change.status == "published" and before.status == "draft":
        changes["published_at"] = unit.now
    if change.is_pinned is not UNSET:
        changes["pinned_at"] = (before.pinned_at or unit.now) if change.is_pinned else None
    changes["custom"] = merged(before.custom, change.custom)
    return await writes.update(unit, CUSTOM_ACTIVITIES, before, **changes)


async def delete_custom_activity(unit: Unit, row: CustomActivity) -> None:
    """Removes a locked activity."""
    unit.scope.require_over(row.user_id, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    await delete_comments_on(unit, [row.id])
    await writes.delete(unit, CUSTOM_ACTIVITIES, row)
