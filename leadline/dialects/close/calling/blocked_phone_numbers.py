"""Blocked numbers in the Close dialect: ``/api/v1/blocked_phone_number/``, and their settings."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from leadline.dialects.close.protocol.crud import (
    Wire,
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
from leadline.store.unit import Unit
from leadline.wire.operation import Operation, Request


class BlockedPhoneNumberShape(TypedDict):
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    organization_id: str
    phone: str
    reason: str
    updated_by: str | None


class SettingsShape(TypedDict):
    reject_anonymous_inbound_calls: bool


class SettingsBody(msgspec.Struct, frozen=True, kw_only=True):
    reject_anonymous_inbound_calls: bool


READABLE = frozenset(BlockedPhoneNumberShape.__annotations__)


async def show(unit: Unit, found: list[BlockedPhoneNumber]) -> list[BlockedPhoneNumberShape]:
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


async def get_settings(request: Request[None]) -> Any:
    organization = await get_organization(request.unit)
    answer: SettingsShape = {"reject_anonymous_inbound_calls": organization.reject_anonymous_calls}
    return answer


async def update_settings(request: Request[SettingsBody]) -> Any:
    rejects = request.body.reject_anonymous_inbound_calls
    organization = await update_organization(request.unit, reject_anonymous_calls=rejects)
    answer: SettingsShape = {"reject_anonymous_inbound_calls": organization.reject_anonymous_calls}
    return answer


WIRE = Wire(
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
_SETTINGS = f"{WIRE.path}settings/"

OPERATIONS = (
    list_operation(WIRE),
    create_operation(
        WIRE, NewBlockedPhoneNumber, actions.block_phone_number, status=201, ignored=READABLE
    ),
    get_operation(WIRE),
    update_operation(
        WIRE, BlockedPhoneNumberChange, actions.update_blocked_phone_number, ignored=READABLE
    ),
    delete_operation(WIRE, actions.unblock_phone_number, status=204),
    Operation(
        "blocked_phone_number.get_settings",
        "GET",
        _SETTINGS,
        "Fetch the settings of blocked phone numbers",
        WIRE.read,
        get_settings,
        WIRE.tag,
        answer=SettingsShape,
    ),
    Operation(
        "blocked_phone_number.update_settings",
        "PUT",
        _SETTINGS,
        "Update the settings of blocked phone numbers",
        WIRE.write,
        update_settings,
        WIRE.tag,
        body=SettingsBody,
        ignored=frozenset(),
        answer=SettingsShape,
    ),
)
