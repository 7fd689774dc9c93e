"""Memberships in the Close dialect: ``/api/v1/membership/``, who belongs here with which role."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import filters
from leadline.dialects.close.protocol.role_names import read_role
from leadline.dialects.close.protocol.spelling import (
    PhoneNumberId,
    Reference,
    id_in_path,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.phone_numbers.queries import personal_numbers
from leadline.features.phone_numbers.tables import PhoneNumber
from leadline.features.roles.queries import BUILT_IN_GRANTS, role_name
from leadline.features.roles.tables import ROLES, CustomRole
from leadline.features.saved_searches.queries import visible_to
from leadline.features.users.tables import MEMBERSHIPS, Membership
from leadline.flows.change_memberships import (
    MembershipChange,
    add_membership,
    change_memberships,
    remove_membership,
)
from leadline.flows.change_phone_numbers import choose_caller
from leadline.flows.pin_views import pin_views
from leadline.kernel.errors import NotFoundError, Problems
from leadline.kernel.rights import Right
from leadline.platform import web_addresses
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Request, operation

TAG = "Memberships"
PATH = "/api/v1/membership/"
MAX_AT_ONCE = 1000


class SavedViewId(Reference):
    prefix = "save"


class MembershipShape(TypedDict):
    """``role`` is an older name of ``role_id``. There are no plans here."""

    auto_record_calls: str
    default_caller_id: str | None
    hangup_recording_url: str | None
    id: str
    is_free: bool
    may_workflows_impersonate: bool
    onboarding_status: str
    organization_id: str
    permissions_granted: list[str]
    primary_personal_number: str | None
    role: str
    role_id: str
    track_email_opens: bool
    user_id: str


class PinnedViewsShape(TypedDict):
    saved_view_ids: list[str]


class UpdatedCountShape(TypedDict):
    count: int


class InvitationShape(TypedDict):
    """What lets the invited person in. Whoever invited hands it on."""

    token: str
    expires_at: str


class InvitedShape(MembershipShape):
    """``leadline_invitation`` is not Close's: null for whoever has accepted already."""

    leadline_invitation: InvitationShape | None


READABLE = frozenset(InvitedShape.__annotations__)


class NewMembershipBody(msgspec.Struct, frozen=True, kw_only=True):
    email: str
    role_id: str


class MembershipBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes."""

    role_id: str | UnsetType = UNSET
    auto_record_calls: Literal["unset", "enabled", "disabled"] | UnsetType = UNSET
    track_email_opens: bool | UnsetType = UNSET
    may_workflows_impersonate: bool | UnsetType = UNSET
    hangup_recording_url: str | UnsetType | None = UNSET
    default_caller_id: PhoneNumberId | UnsetType | None = UNSET


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which memberships a bulk update means: ids separated by commas, or in a list."""

    id__in: str | list[str] = ""


class BulkMembershipBody(MembershipBody, frozen=True, kw_only=True):
    params: Selection | None = msgspec.field(default=None, name="_params")


class PinnedViewsBody(msgspec.Struct, frozen=True, kw_only=True):
    saved_view_ids: list[SavedViewId]


# On the way out.


async def roles_of(unit: Unit, memberships: list[Membership]) -> dict[bytes, CustomRole]:
    """The roles of the organization's own that these memberships have, by id."""
    wanted = [row.custom_role_id for row in memberships if row.custom_role_id is not None]
    return await rows.select_ids(unit, ROLES, wanted)


def role_id_of(row: Membership) -> str:
    return role_name(row.role, row.custom_role_id, row.is_restricted)


def permissions_of(row: Membership, roles: dict[bytes, CustomRole]) -> list[str]:
    """The names of all that somebody may do."""
    if row.custom_role_id is not None:
        return roles[row.custom_role_id].permissions
    return sorted(BUILT_IN_GRANTS[role_id_of(row)].permissions)


def spell_membership(
    row: Membership, roles: dict[bytes, CustomRole], personal: list[PhoneNumber]
) -> MembershipShape:
    """``personal`` are the phone numbers of this member alone."""
    role_id = role_id_of(row)
    return {
        "auto_record_calls": row.auto_record_calls,
        "default_caller_id": spell_id_or_null(PhoneNumberId.prefix, row.default_caller_id),
        "hangup_recording_url": row.hangup_recording_url,
        "id": spell_id("memb", row.id),
        "is_free": False,
        "may_workflows_impersonate": row.may_workflows_impersonate,
        "onboarding_status": "completed",
        "organization_id": spell_id("orga", row.organization_id),
        "permissions_granted": permissions_of(row, roles),
        "primary_personal_number": (
            spell_id(PhoneNumberId.prefix, personal[0].id) if personal else None
        ),
        "role": role_id,
        "role_id": role_id,
        "track_email_opens": row.track_email_opens,
        "user_id": spell_id("user", row.user_id),
    }


async def _show(unit: Unit, row: Membership) -> MembershipShape:
    personal = await personal_numbers(unit, row.user_id)
    return spell_membership(row, await roles_of(unit, [row]), personal)


async def _show_pinned(unit: Unit, row: Membership) -> PinnedViewsShape:
    """Without what is deleted since, or shown to this member no more."""
    pinned = [bytes.fromhex(view_id) for view_id in row.pinned_view_ids]
    visible = await visible_to(unit, row.user_id, pinned)
    return {"saved_view_ids": [spell_id("save", each) for each in pinned if each in visible]}


# On the way in.


def _read_change(body: MembershipBody) -> MembershipChange:
    problems = Problems()
    url = body.hangup_recording_url
    if isinstance(url, str) and not (url.startswith("https://") and web_addresses.normalise(url)):
        problems.add("url", "hangup_recording_url")
    problems.stop_if_any()
    return MembershipChange(
        role=UNSET if body.role_id is UNSET else read_role(body.role_id),
        auto_record_calls=body.auto_record_calls,
        track_email_opens=body.track_email_opens,
        may_workflows_impersonate=body.may_workflows_impersonate,
        hangup_recording_url=url,
    )


def _id_in(request: Request[Any]) -> bytes:
    return id_in_path("membership", "memb", request.path["id"])


def _selected(request: Request[BulkMembershipBody]) -> list[bytes]:
    """The ids that are meant. All memberships are never meant by saying nothing."""
    given = request.body.params.id__in if request.body.params else ""
    text = given if isinstance(given, str) else ",".join(given)
    found = filters.ids({"id__in": text or request.query.get("id__in", "")}, "id", "memb")
    problems = Problems()
    if found is None:
        problems.add("required", "id__in")
    elif len(found) > MAX_AT_ONCE:
        words = f"It's not allowed to update more than {MAX_AT_ONCE} objects at once"
        problems.add("too_long", text=words)
    problems.stop_if_any()
    return found or []


async def _change(unit: Unit, ids: list[bytes], body: MembershipBody) -> list[Membership]:
    change = _read_change(body)
    if body.default_caller_id is not UNSET:
        await choose_caller(unit, ids, body.default_caller_id)
    return await change_memberships(unit, ids, change)


# The operations. What a key may do is remembered for a moment, hence ``_forget``.


def _forget(request: Request[Any]) -> None:
    request.unit.after_commit(request.services.authentication.forget_all)


async def create_membership(request: Request[NewMembershipBody]) -> InvitedShape:
    body = request.body
    invited = await add_membership(request.unit, body.email, read_role(body.role_id))
    _forget(request)
    shape = await _show(request.unit, invited.membership)
    link = invited.invitation
    return {
        **shape,
        "leadline_invitation": None
        if link is None
        else {"token": link.token, "expires_at": spell_time(link.expires_at)},
    }


async def update_membership(request: Request[MembershipBody]) -> MembershipShape:
    changed = await _change(request.unit, [_id_in(request)], request.body)
    if not changed:
        raise NotFoundError(MEMBERSHIPS.noun)
    _forget(request)
    return await _show(request.unit, changed[0])


async def update_many(request: Request[BulkMembershipBody]) -> UpdatedCountShape:
    changed = await _change(request.unit, _selected(request), request.body)
    _forget(request)
    answer: UpdatedCountShape = {"count": len(changed)}
    return answer


async def delete_membership(request: Request[None]) -> dict[str, Any]:
    await remove_membership(request.unit, _id_in(request))
    _forget(request)
    return {}


async def get_pinned_views(request: Request[None]) -> PinnedViewsShape:
    row = await rows.get(request.unit, MEMBERSHIPS, _id_in(request))
    request.scope.require_over(row.user_id, Right.MEMBERSHIP_WRITE)
    return await _show_pinned(request.unit, row)


async def update_pinned_views(request: Request[PinnedViewsBody]) -> PinnedViewsShape:
    row = await rows.get(request.unit, MEMBERSHIPS, _id_in(request))
    request.scope.require_over(row.user_id, Right.MEMBERSHIP_WRITE)
    wanted: list[bytes] = list(request.body.saved_view_ids)
    return await _show_pinned(request.unit, await pin_views(request.unit, row.id, wanted))


_PINNED = f"{PATH}{{id}}/pinned_views/"

OPERATIONS = (
    operation(
        name="membership.create",
        method="POST",
        path=PATH,
        summary="Invite a user to the organization",
        right=Right.MEMBERSHIP_WRITE,
        run=create_membership,
        tag=TAG,
        body=NewMembershipBody,
        names={"role": "role_id"},
        ignored=READABLE,
        answer=InvitedShape,
        is_secret=True,
        description="The person accepts with the token at `POST /api/auth/accept`, and has "
        "neither a password nor a key until then.",
    ),
    operation(
        name="membership.update_many",
        method="PUT",
        path=PATH,
        summary="Update several memberships at once",
        right=Right.MEMBERSHIP_WRITE,
        run=update_many,
        tag=TAG,
        body=BulkMembershipBody,
        names={"role": "role_id"},
        ignored=READABLE,
        answer=UpdatedCountShape,
        query=(
            Parameter(
                "id__in", "Ids of the memberships, comma separated, unless the body has them."
            ),
        ),
    ),
    operation(
        name="membership.update",
        method="PUT",
        path=f"{PATH}{{id}}/",
        summary="Update a membership",
        right=Right.MEMBERSHIP_WRITE,
        run=update_membership,
        tag=TAG,
        body=MembershipBody,
        names={"role": "role_id"},
        ignored=READABLE,
        answer=MembershipShape,
    ),
    operation(
        name="membership.delete",
        method="DELETE",
        path=f"{PATH}{{id}}/",
        summary="End a membership",
        right=Right.MEMBERSHIP_WRITE,
        run=delete_membership,
        tag=TAG,
    ),
    operation(
        name="membership.get_pinned_views",
        method="GET",
        path=_PINNED,
        summary="Fetch the saved views that a member has pinned",
        right=Right.SELF_READ,
        run=get_pinned_views,
        tag=TAG,
        answer=PinnedViewsShape,
    ),
    operation(
        name="membership.update_pinned_views",
        method="PUT",
        path=_PINNED,
        summary="Replace the saved views that a member has pinned",
        right=Right.SELF_WRITE,
        run=update_pinned_views,
        tag=TAG,
        body=PinnedViewsBody,
        names={"view_ids": "saved_view_ids"},
        ignored=frozenset(),
        answer=PinnedViewsShape,
    ),
)
