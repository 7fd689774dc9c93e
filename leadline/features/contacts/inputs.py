"""What may be said of a contact, in our own terms; the dialects translate into these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.contacts.tables import Method
from leadline.features.custom_fields.tables import CustomValues
from leadline.kernel.errors import Path, Problems
from leadline.platform import emails as email_addresses
from leadline.platform import phone_numbers

NAME_LENGTH = 1000
MAX_METHODS = 100


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` and its parts are kept in step: give either. Methods are normalised already."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    emails: list[Method] = []
    phones: list[Method] = []
    urls: list[Method] = []
    time_zone: str | None = None
    custom: CustomValues = {}
    prompt_id: bytes | None = None
    is_autopilot: bool = False
    is_bulk: bool = False
    created_at: datetime | None = None
    created_by: bytes | None = None


class ContactChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. ``custom`` holds changes: null unsets a value."""

    name: str | UnsetType | None = UNSET
    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    emails: list[Method] | UnsetType = UNSET
    phones: list[Method] | UnsetType = UNSET
    urls: list[Method] | UnsetType = UNSET
    time_zone: str | UnsetType | None = UNSET
    custom: CustomValues = {}
    prompt_id: bytes | UnsetType | None = UNSET
    is_autopilot: bool | UnsetType = UNSET
    is_unread: bool | UnsetType = UNSET


def names_of(
    name: str | None, first_name: str | None, last_name: str | None
) -> tuple[str | None, str | None, str | None]:
    """Name, first name and last name in step: the parts win over the whole."""
    first, last = (first_name or "").strip(), (last_name or "").strip()
    if first or last:
        return f"{first} {last}".strip(), first or None, last or None
    whole = (name or "").strip()
    if not whole:
        return None, None, None
    first, _, last = whole.partition(" ")
    return whole, first, last.strip() or None


def read_phones(
    given: Iterable[tuple[str, str]], country: str, path: Path, problems: Problems
) -> list[Method]:
    """(number, label) pairs as methods in E.164, without duplicates; a bad one is a problem."""
    found: dict[str, Method] = {}
    for index, (text, label) in enumerate(given):
        value = phone_numbers.to_e164(text, country)
        if value is None:
            problems.add("phone", *path, index, "phone")
        else:
            found.setdefault(value, {"value": value, "type": label})
    return list(found.values())


def read_emails(given: Iterable[tuple[str, str]], path: Path, problems: Problems) -> list[Method]:
    """(address, label) pairs as methods, without duplicates; a bad one is a problem."""
    found: dict[str, Method] = {}
    for index, (text, label) in enumerate(given):
        value = email_addresses.normalise(text)
        if value is None:
            problems.add("email", *path, index, "email")
        else:
            found.setdefault(value, {"value": value, "type": label})
    return list(found.values())
