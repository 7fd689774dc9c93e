"""Phone numbers, dialers and connected accounts in the Close dialect.

No provider is connected to this server, so there are none: the lists are empty, and asking for a
number says why there is none. Scripts that read them go on working.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import Meta

from leadline.dialects.close.crud import Noun, operation
from leadline.dialects.close.spelling import list_of, page_of, spell_error
from leadline.dialects.wire.operation import Operation, Parameter, Request
from leadline.kernel.errors import InvalidError, LeadlineError, NotFoundError, RefusedError
from leadline.kernel.rights import Right


class IdentityShape(TypedDict):
    email: str
    name: str


class ConnectedAccountShape(TypedDict):
    _type: str
    id: str
    identities: list[IdentityShape]
    organization_id: str
    user_id: str


class DialerUserShape(TypedDict):
    is_active: bool
    state: str
    user_id: str


class DialerShape(TypedDict):
    caller_id: str
    date_created: str
    date_updated: str
    id: str
    is_user_dependent: bool
    music_preference: str
    organization_id: str
    ring_mode: str
    source_type: str
    source_value: str
    status: str
    type: str
    user_id: str
    users: list[DialerUserShape]


class PhoneNumberShape(TypedDict):
    address_id: str | None
    bundle_id: str | None
    carrier: str | None
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
    last_billed_price: float | None
    mms_enabled: bool
    next_billing_on: str | None
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
    type: str
    user_id: str | None
    voicemail_greeting_url: str | None
    was_ported: bool


class NumberRequestBody(msgspec.Struct, frozen=True, kw_only=True):
    country: Annotated[str, Meta(min_length=2, max_length=2)]
    sharing: Literal["personal", "group"] = "personal"
    prefix: Annotated[str, Meta(max_length=5)] = ""
    carrier_type: Literal["local", "national", "mobile", "tollfree"] | None = None
    bundle_id: str | None = None
    with_sms: bool | None = None
    with_mms: bool | None = None


class PhoneNumberBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes."""

    forward_to: str | None = None
    forward_to_enabled: bool | None = None
    inbound_ring_duration: Annotated[int, Meta(ge=15, le=90)] | None = None
    label: str | None = None
    participants: list[str] | None = None
    phone_numbers: list[str] | None = None
    press_1_to_accept: bool | None = None
    voicemail_greeting_url: str | None = None


async def list_none(request: Request[None]) -> Any:
    return list_of([], page_of(request.query), request.query)


async def request_number(request: Request[NumberRequestBody]) -> Any:
    raise RefusedError("This server rents no phone numbers: no provider is connected.")


def number_error(error: LeadlineError, status: int) -> Any:
    """When no number is rented, ``status`` says why to programs."""
    shape = spell_error(error, status)
    if status == 400 and not isinstance(error, InvalidError):
        shape["status"] = "error"
    return shape


def _missing(noun: str) -> Any:
    """Whatever is asked of one of them: it is not there."""

    async def run(request: Request[Any]) -> Any:
        raise NotFoundError(noun)

    return run


ACCOUNTS = Noun(
    noun="connected_account",
    tag="Connected accounts",
    path="/api/v1/connected_account/",
    prefix="emailacct",
    shape=ConnectedAccountShape,
    read=Right.CONNECTED_ACCOUNT_READ,
    write=Right.CONNECTED_ACCOUNT_READ,
)
DIALERS = Noun(
    noun="dialer",
    tag="Dialers",
    path="/api/v1/dialer/",
    prefix="dial",
    shape=DialerShape,
    read=Right.DIALER_READ,
    write=Right.DIALER_READ,
)
NUMBERS = Noun(
    noun="phone_number",
    tag="Phone numbers",
    path="/api/v1/phone_number/",
    prefix="phon",
    shape=PhoneNumberShape,
    read=Right.PHONE_NUMBER_READ,
    write=Right.PHONE_NUMBER_WRITE,
)
_USER = Parameter("user_id", "Of this user alone.")

OPERATIONS = (
    operation(ACCOUNTS, "list", list_none, filters=(_USER,)),
    operation(ACCOUNTS, "get", _missing("connected_account")),
    operation(
        DIALERS,
        "list",
        list_none,
        filters=(
            Parameter("organization_id", "Of this organization."),
            Parameter("source_type", "``saved-search`` or ``shared-entry``."),
            Parameter("source_value", "The source."),
            Parameter("status", "With this status."),
            Parameter("status__in", "With one of these."),
            _USER,
        ),
    ),
    operation(DIALERS, "get", _missing("dialer")),
    operation(
        NUMBERS,
        "list",
        list_none,
        filters=(
            Parameter("number", "This number alone."),
            Parameter("is_group_number", "Only of groups, or only of people."),
            Parameter("participant_user_id", "Where this user takes part."),
            _USER,
        ),
    ),
    operation(NUMBERS, "get", _missing("phone_number")),
    operation(
        NUMBERS,
        "update",
        _missing("phone_number"),
        body=PhoneNumberBody,
        ignored=frozenset(PhoneNumberShape.__annotations__),
    ),
    operation(NUMBERS, "delete", _missing("phone_number")),
    Operation(
        "phone_number.request",
        "POST",
        f"{NUMBERS.path}request/internal/",
        "Ask for a phone number",
        NUMBERS.write,
        request_number,
        NUMBERS.tag,
        body=NumberRequestBody,
        ignored=frozenset(),
        status=201,
        answer=PhoneNumberShape,
        error_body=number_error,
    ),
)
