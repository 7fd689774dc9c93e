"""Every change of a phone number. Who calls from which by default is ``flows/`` to look after."""

from __future__ import annotations

from typing import Any

import msgspec
from phonenumbers import SUPPORTED_REGIONS

from leadline.features.phone_numbers.inputs import NewPhoneNumber, PhoneNumberChange
from leadline.features.phone_numbers.queries import all_numbers
from leadline.features.phone_numbers.tables import PHONE_NUMBERS, PhoneNumber
from leadline.features.users.queries import active_members
from leadline.kernel.errors import ForbiddenError, Problems, RefusedError
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import NAME_LENGTH, check_count, check_length
from leadline.kernel.rights import Right
from leadline.platform import phone_numbers, web_addresses
from leadline.platform.telephony import NotRentedError, Telephony, WantedNumber
from leadline.store import rows, writes
from leadline.store.locks import lock_key
from leadline.store.unit import Unit

MAX_PARTICIPANTS = 1000
MAX_EXTERNAL_NUMBERS = 100


async def rent_phone_number(
    unit: Unit, wanted: WantedNumber, *, is_group: bool, telephony: Telephony | None
) -> PhoneNumber:
    """Rents a number for the caller, or for a group that has yet to be told."""
    if is_group:
        unit.scope.require(Right.PHONE_NUMBER_MANAGE_GROUPS)
    problems = Problems()
    country = wanted.country.upper()
    if country not in SUPPORTED_REGIONS:
        problems.add("choice", "country", text="There is no such country.")
    if wanted.prefix and not (wanted.prefix.isascii() and wanted.prefix.isdecimal()):
        problems.add("type", "prefix", text="The value must have digits only.")
    check_length(wanted.bundle_id or "", NAME_LENGTH, problems, "bundle_id")
    problems.stop_if_any()
    if telephony is None:
        words = "This server rents no phone numbers: no provider is connected."
        raise NotRentedError("error", words)
    if country not in telephony.countries:
        known = ", ".join(sorted(telephony.countries))
        words = f"There are no numbers of {country} to rent; there are those of {known}."
        raise NotRentedError("error", words)
    taken = await _lock_numbers(unit)
    rented = await telephony.rent(msgspec.structs.replace(wanted, country=country), taken)
    return await _insert(
        unit,
        number=rented.number,
        country=country,
        user_id=None if is_group else unit.scope.user_id,
        carrier_type=rented.carrier_type,
        sms_countries=rented.sms_countries,
        mms_countries=rented.mms_countries,
        bundle_id=rented.bundle_id,
        provider=telephony.name,
    )


async def add_phone_number(unit: Unit, new: NewPhoneNumber) -> PhoneNumber:
    """Registers a number that the organization has from elsewhere."""
    problems = Problems()
    number = _read_number(new.number, None)
    if number is None:
        problems.add("phone", "number")
    elif number in await _lock_numbers(unit):
        problems.add("duplicate", "number", text="This phone number is there already.")
    label = _read_label(new.label, problems)
    if new.user_id is not None and not await active_members(unit, [new.user_id]):
        problems.add("not_found", "user_id")
    participants = await _read_participants(unit, new.participants, problems)
    problems.stop_if_any()
    assert number is not None  # noqa: S101 - else there is a problem
    return await _insert(
        unit,
        number=number,
        country=phone_numbers.country_of(number),
        label=label,
        user_id=new.user_id,
        participants=participants,
        carrier_type=new.carrier_type,
        sms_countries=new.sms_countries,
        mms_countries=new.mms_countries,
    )


async def update_phone_number(
    unit: Unit, before: PhoneNumber, change: PhoneNumberChange
) -> PhoneNumber:
    """Changes what is given; ``before`` must be locked."""
    check_may_change(unit, before)
    given = given_fields(change)
    problems = Problems()
    if "label" in given:
        given["label"] = _read_label(given["label"], problems)
    _check_forwarding(before, given, problems)
    if url := given.get("voicemail_greeting_url"):
        url = given["voicemail_greeting_url"] = url.strip()
        if not (url.startswith("https://") and web_addresses.normalise(url)):
            problems.add("url", "voicemail_greeting_url", text="It must be an https:// address.")
    if "external_numbers" in given:
        given["external_numbers"] = _read_external(before, given["external_numbers"], problems)
    if "participants" in given:
        if before.user_id is not None and given["participants"]:
            words = "Only group numbers have participants."
            problems.add("read_only", "participants", text=words)
        else:
            given["participants"] = await _read_participants(unit, given["participants"], problems)
    problems.stop_if_any()
    return await writes.update(unit, PHONE_NUMBERS, before, **given)


async def remove_phone_number(unit: Unit, number: PhoneNumber, telephony: Telephony | None) -> None:
    """Removes a number; one that was rented goes back to its provider."""
    if number.provider is None:
        await writes.delete(unit, PHONE_NUMBERS, number)
        return
    if telephony is None or telephony.name != number.provider:
        raise RefusedError(
            f"This number is rented from '{number.provider}' and cannot be given back: "
            "that provider is not connected (LEADLINE_TELEPHONY)."
        )
    await writes.delete(unit, PHONE_NUMBERS, number)
    await telephony.release(number.number)


async def leave_phone_numbers(unit: Unit, user_id: bytes) -> None:
    """Takes somebody who goes off every number. Personal ones become a group's: people go on
    calling them, and whoever looks after the numbers of groups says for whom they are."""
    found = await rows.select(
        unit,
        PHONE_NUMBERS,
        "AND (user_id = %(user_id)s OR participants ?| %(listed)s::text[]) ORDER BY id FOR UPDATE",
        user_id=user_id,
        listed=[user_id.hex()],
    )
    for number in found:
        left = [each for each in number.participants if each != user_id.hex()]
        owner = None if number.user_id == user_id else number.user_id
        await writes.update(unit, PHONE_NUMBERS, number, user_id=owner, participants=left)


def check_may_change(unit: Unit, number: PhoneNumber) -> None:
    """Refuses the personal numbers of others, and the numbers of groups without the right."""
    if number.user_id is None:
        unit.scope.require(Right.PHONE_NUMBER_MANAGE_GROUPS)
    elif number.user_id != unit.scope.user_id:
        raise ForbiddenError("Only the user of a personal number can change it.")


async def _insert(unit: Unit, **given: Any) -> PhoneNumber:
    row = PhoneNumber(
        **{
            **unit.stamps(),
            "label": None,
            "participants": [],
            "external_numbers": [],
            "forward_to": None,
            "forward_to_enabled": False,
            "press_1_to_accept": False,
            "inbound_ring_duration": None,
            "voicemail_greeting_url": None,
            "bundle_id": None,
            "provider": None,
            **given,
        }
    )
    return await writes.insert(unit, PHONE_NUMBERS, row)


async def _lock_numbers(unit: Unit) -> frozenset[str]:
    """What there is. Others who add a number wait until the commit, or both would add the same."""
    key = lock_key(unit, "phone_numbers")
    await unit.execute("SELECT pg_advisory_xact_lock(%(key)s::bigint)", key=key)
    return await all_numbers(unit)


def _read_label(given: str | None, problems: Problems) -> str | None:
    label = (given or "").strip()
    check_length(label, NAME_LENGTH, problems, "label")
    return label or None


def _read_number(text: str, country: str | None) -> str | None:
    """In E.164; None when it cannot be read, or is not one that can be dialled as it is."""
    found = phone_numbers.to_e164(text.strip(), country or "ZZ")
    return None if found is None or "x" in found else found


def _check_forwarding(before: PhoneNumber, given: dict[str, Any], problems: Problems) -> None:
    """Without a number to forward to there is no forwarding."""
    if "forward_to" in given:
        text = (given["forward_to"] or "").strip()
        given["forward_to"] = number = _read_number(text, before.country)
        if text and number is None:
            problems.add("phone", "forward_to")
            return
        if number == before.number:
            problems.add("conflict", "forward_to", text="A number cannot forward to itself.")
        if number is None:
            given.setdefault("forward_to_enabled", False)
    if given.get("forward_to_enabled") and not given.get("forward_to", before.forward_to):
        problems.add("required", "forward_to")


def _read_external(before: PhoneNumber, given: list[str], problems: Problems) -> list[str]:
    if not check_count(given, MAX_EXTERNAL_NUMBERS, problems, "external_numbers"):
        return []
    read = [_read_number(text, before.country) for text in given]
    for index, number in enumerate(read):
        if number is None:
            problems.add("phone", "external_numbers", index)
        elif number == before.number:
            words = "A number cannot be part of itself."
            problems.add("conflict", "external_numbers", index, text=words)
    return list(dict.fromkeys(number for number in read if number is not None))


async def _read_participants(unit: Unit, given: list[bytes], problems: Problems) -> list[str]:
    if not check_count(given, MAX_PARTICIPANTS, problems, "participants"):
        return []
    active = await active_members(unit, given)
    for index, user_id in enumerate(given):
        if user_id not in active:
            problems.add("not_found", "participants", index)
    return [user_id.hex() for user_id in dict.fromkeys(given)]
