"""Phone numbers in the Close dialect: ``/api/v1/phone_number/``, and renting another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ListOf,
    PhoneNumberId,
    UserId,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.phone_numbers.actions import rent_phone_number
from leadline.features.phone_numbers.inputs import PhoneNumberChange
from leadline.features.phone_numbers.queries import page_of_phone_numbers
from leadline.features.phone_numbers.tables import PHONE_NUMBERS, PhoneNumber
from leadline.flows import change_phone_numbers
from leadline.kernel.errors import ForbiddenError, LeadlineError, RefusedError
from leadline.kernel.rights import Right
from leadline.platform.phone_numbers import for_people, to_e164
from leadline.platform.telephony import NotRentedError, WantedNumber
from leadline.wire.operation import Parameter, Reply, Request, operation


class PhoneNumberShape(TypedDict):
    """A personal number has a ``user_id``. ``phone_numbers`` are others that ring with it."""

    address_id: None
    bundle_id: str | None
    carrier: None
    carrier_type: str | None
    country: str | None
    date_created: str
    date_updated: str
    forward_to: str | None
    forward_to_enabled: bool
    forward_to_formatted: str | None
    id: str
    inbound_ring_duration: int | None
    is_group_number: bool
    is_premium: bool
    is_verified: bool
    label: str | None
    last_billed_price: None
    mms_enabled: bool
    next_billing_on: None
    number: str
    number_formatted: str
    organization_id: str
    participants: list[str]
    phone_numbers: list[str]
    phone_numbers_formatted: list[str]
    press_1_to_accept: bool
    sms_enabled: bool
    supports_mms_to_countries: list[str]
    supports_sms_to_countries: list[str]
    type: Literal["internal"]
    user_id: str | None
    voicemail_greeting_url: str | None
    was_ported: bool


READABLE = frozenset(PhoneNumberShape.__annotations__)


class NumberRequestBody(msgspec.Struct, frozen=True, kw_only=True):
    """A number for text messages is wanted unless ``with_sms`` is false."""

    country: Annotated[str, Meta(min_length=2, max_length=2)]
    sharing: Literal["personal", "group"] = "personal"
    prefix: Annotated[str, Meta(max_length=5)] = ""
    carrier_type: Literal["local", "national", "mobile", "tollfree"] | None = None
    bundle_id: str | None = None
    with_sms: bool | None = None
    with_mms: bool | None = None


class PhoneNumberBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes; lists are replaced whole, null clears what may be absent."""

    label: str | UnsetType | None = UNSET
    forward_to: str | UnsetType | None = UNSET
    forward_to_enabled: bool | UnsetType = UNSET
    press_1_to_accept: bool | UnsetType = UNSET
    inbound_ring_duration: Annotated[int, Meta(ge=15, le=90)] | UnsetType | None = UNSET
    voicemail_greeting_url: str | UnsetType | None = UNSET
    participants: list[UserId] | UnsetType = UNSET
    phone_numbers: list[str] | UnsetType = UNSET


async def show(request: Request[Any], found: list[PhoneNumber]) -> list[PhoneNumberShape]:
    return [_spell(row) for row in found]


def _spell(row: PhoneNumber) -> PhoneNumberShape:
    return {
        "address_id": None,
        "bundle_id": row.bundle_id,
        "carrier": None,
        "carrier_type": row.carrier_type,
        "country": row.country,
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "forward_to": row.forward_to,
        "forward_to_enabled": row.forward_to_enabled,
        "forward_to_formatted": for_people(row.forward_to) if row.forward_to else None,
        "id": spell_id(PhoneNumberId.prefix, row.id),
        "inbound_ring_duration": row.inbound_ring_duration,
        "is_group_number": row.user_id is None,
        "is_premium": False,
        "is_verified": True,
        "label": row.label,
        "last_billed_price": None,
        "mms_enabled": bool(row.mms_countries),
        "next_billing_on": None,
        "number": row.number,
        "number_formatted": for_people(row.number),
        "organization_id": spell_id("orga", row.organization_id),
        "participants": [f"user_{user_id}" for user_id in row.participants],
        "phone_numbers": row.external_numbers,
        "phone_numbers_formatted": [for_people(number) for number in row.external_numbers],
        "press_1_to_accept": row.press_1_to_accept,
        "sms_enabled": bool(row.sms_countries),
        "supports_mms_to_countries": row.mms_countries,
        "supports_sms_to_countries": row.sms_countries,
        "type": "internal",
        "user_id": spell_id_or_null("user", row.user_id),
        "voicemail_greeting_url": row.voicemail_greeting_url,
        "was_ported": False,
    }


async def list_phone_numbers(request: Request[None]) -> ListOf[PhoneNumberShape]:
    query = request.query
    page = spelling.page_of(query)
    found = await page_of_phone_numbers(
        request.unit,
        number=_number(query, request.scope.country),
        user_ids=filters.ids(query, "user_id", "user"),
        participant_ids=filters.ids(query, "participant_user_id", "user"),
        is_group=filters.flag(query, "is_group_number"),
        limit=page.fetch,
        skip=page.skip,
    )
    return spelling.list_of(await show(request, found), page, query)


def _number(query: Mapping[str, str], country: str) -> str | None:
    """In E.164, None when nothing is said; what cannot be read is no number of anybody's."""
    text = query.get("number", "")
    if not text.strip():
        return None
    if text.startswith(" "):  # a plus sign that nobody has encoded
        text = f"+{text[1:]}"
    return to_e164(text, country) or text


async def request_number(request: Request[NumberRequestBody]) -> Reply[PhoneNumberShape]:
    body = request.body
    wanted = WantedNumber(
        country=body.country,
        prefix=body.prefix,
        carrier_type=body.carrier_type,
        with_sms=body.with_sms,
        with_mms=body.with_mms,
        bundle_id=body.bundle_id,
    )
    row = await rent_phone_number(
        request.unit,
        wanted,
        is_group=body.sharing == "group",
        telephony=request.services.telephony,
    )
    return await RESOURCE.show_made(request, row)


async def update_phone_number(request: Request[PhoneNumberBody]) -> PhoneNumberShape:
    body = request.body
    change = PhoneNumberChange(
        label=body.label,
        forward_to=body.forward_to,
        forward_to_enabled=body.forward_to_enabled,
        press_1_to_accept=body.press_1_to_accept,
        inbound_ring_duration=body.inbound_ring_duration,
        voicemail_greeting_url=body.voicemail_greeting_url,
        participants=UNSET if body.participants is UNSET else list(body.participants),
        external_numbers=body.phone_numbers,
    )
    row = await change_phone_numbers.change_phone_number(
        request.unit, RESOURCE.id_in(request), change
    )
    return await RESOURCE.show_one(request, row)


async def delete_phone_number(request: Request[None]) -> None:
    await change_phone_numbers.delete_phone_number(
        request.unit, RESOURCE.id_in(request), request.services.telephony
    )


def not_rented(error: LeadlineError, status: int) -> dict[str, Any]:
    """When no number is rented, ``status`` says why to programs."""
    shape = spelling.spell_error(error, status)
    if isinstance(error, RefusedError | ForbiddenError):
        shape["status"] = error.status if isinstance(error, NotRentedError) else "error"
    return shape


RESOURCE = Resource(
    noun="phone_number",
    tag="Phone numbers",
    path="/api/v1/phone_number/",
    prefix=PhoneNumberId.prefix,
    table=PHONE_NUMBERS,
    shape=PhoneNumberShape,
    show=show,
    read=Right.PHONE_NUMBER_READ,
    write=Right.PHONE_NUMBER_WRITE,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_phone_numbers,
        filters=(
            Parameter("number", "Filter by phone number."),
            Parameter("user_id", "Filter by the user who has the number."),
            filters.flag_parameter(
                "is_group_number", "Return only group (true) or only personal (false) numbers."
            ),
            Parameter("participant_user_id", "Filter by a user who shares or has the number."),
        ),
    ),
    get_operation(RESOURCE),
    update_operation(
        RESOURCE,
        update_phone_number,
        body=PhoneNumberBody,
        ignored=READABLE,
        names={"external_numbers": "phone_numbers"},
    ),
    delete_operation(RESOURCE, delete_phone_number),
    operation(
        name="phone_number.request",
        method="POST",
        path=f"{RESOURCE.path}request/internal/",
        summary="Rent a phone number",
        right=RESOURCE.write,
        run=request_number,
        tag=RESOURCE.tag,
        body=NumberRequestBody,
        ignored=frozenset(),
        status=201,
        answer=PhoneNumberShape,
        error_body=not_rented,
    ),
)
