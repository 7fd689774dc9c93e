"""Blocked numbers in the Close dialect: ``/api/v1/blocked_phone_number/``, and their settings."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null, spell_time
from leadline.features.blocked_phone_numbers import actions
from leadline.features.blocked_phone_numbers.inputs import (
    BlockedPhoneNumberChange,
    NewBlockedPhoneNumber,
)
from leadline.features.blocked_phone_numbers.tables import (
    BLOCKED_PHONE_NUMBERS,
    BlockedPhoneNumber,
)
from leadline.features.organizations.actions import update_organization
from leadline.features.organizations.queries import get_organization
from leadline.kernel.rights import Right
from leadline.wire.operation import Request, operation


class BlockedPhoneNumberShape(TypedDict):
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    organization_id: str
    phone: str
    reason: str
    updated_by: str | None


class BlockedNumberSettingsShape(TypedDict):
    reject_anonymous_inbound_calls: bool


class BlockedNumberSettingsBody(msgspec.Struct, frozen=True, kw_only=True):
    reject_anonymous_inbound_calls: bool


READABLE = frozenset(BlockedPhoneNumberShape.__annotations__)


async def show(
    request: Request[Any], found: list[BlockedPhoneNumber]
) -> list[BlockedPhoneNumberShape]:
    return [
        {
            "created_by": spell_id_or_null("user", row.created_by),
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "id": spell_id("blkph", row.id),
            "organization_id": spell_id("orga", row.organization_id),
            "phone": row.phone,
            "reason": row.reason,
            "updated_by": spell_id_or_null("user", row.updated_by),
        }
        for row in found
    ]


async def get_settings(request: Request[None]) -> BlockedNumberSettingsShape:
    organization = await get_organization(request.unit)
    answer: BlockedNumberSettingsShape = {
        "reject_anonymous_inbound_calls": organization.reject_anonymous_calls
    }
    return answer


async def update_settings(
    request: Request[BlockedNumberSettingsBody],
) -> BlockedNumberSettingsShape:
    rejects = request.body.reject_anonymous_inbound_calls
    organization = await update_organization(request.unit, reject_anonymous_calls=rejects)
    answer: BlockedNumberSettingsShape = {
        "reject_anonymous_inbound_calls": organization.reject_anonymous_calls
    }
    return answer


RESOURCE = Resource(
    noun="blocked_phone_number",
    tag="Blocked phone numbers",
    path="/api/v1/blocked_phone_number/",
    prefix="blkph",
    table=BLOCKED_PHONE_NUMBERS,
    shape=BlockedPhoneNumberShape,
    show=show,
    read=Right.BLOCKED_PHONE_NUMBER_READ,
    write=Right.BLOCKED_PHONE_NUMBER_WRITE,
)
_SETTINGS = f"{RESOURCE.path}settings/"

OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE,
        action=actions.block_phone_number,
        body=NewBlockedPhoneNumber,
        status=201,
        ignored=READABLE,
    ),
    get_operation(RESOURCE),
    update_operation(
        RESOURCE,
        action=actions.update_blocked_phone_number,
        body=BlockedPhoneNumberChange,
        ignored=READABLE,
    ),
    delete_operation(RESOURCE, action=actions.unblock_phone_number, status=204),
    operation(
        name="blocked_phone_number.get_settings",
        method="GET",
        path=_SETTINGS,
        summary="Fetch the settings of blocked phone numbers",
        right=RESOURCE.read,
        run=get_settings,
        tag=RESOURCE.tag,
        answer=BlockedNumberSettingsShape,
    ),
    operation(
        name="blocked_phone_number.update_settings",
        method="PUT",
        path=_SETTINGS,
        summary="Update the settings of blocked phone numbers",
        right=RESOURCE.write,
        run=update_settings,
        tag=RESOURCE.tag,
        body=BlockedNumberSettingsBody,
        ignored=frozenset(),
        answer=BlockedNumberSettingsShape,
    ),
)
