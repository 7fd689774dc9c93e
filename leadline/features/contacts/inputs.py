"""Inputs: create and change a contact. The dialects translate into these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.contacts.tables import Method
from leadline.features.custom_fields.tables import CustomValues
from leadline.kernel.errors import Path, Problems
from leadline.kernel.names import check_count
from leadline.platform import emails, phone_numbers, web_addresses

NAME_LENGTH = 1000
MAX_METHODS = 100


# A lead is answered whole: with more people in it, one lead would be a page by itself.
MAX_CONTACTS_AT_ONCE = 200
MAX_CONTACTS = 1000


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
    given: Sequence[tuple[str, str]], country: str, path: Path, problems: Problems
) -> list[Method]:
    """(number, label) pairs as methods in E.164; blank ones are left out."""
    values = [
        (phone_numbers.to_e164(text, country) if text.strip() else "", label)
        for text, label in given
    ]
    return _read(values, "phone", path, problems)


def read_emails(given: Sequence[tuple[str, str]], path: Path, problems: Problems) -> list[Method]:
    """(address, label) pairs as methods in lower case."""
    return _read(
        [(emails.normalise(text), label) for text, label in given], "email", path, problems
    )


def read_urls(given: Sequence[tuple[str, str]], path: Path, problems: Problems) -> list[Method]:
    """(address, label) pairs as methods with their scheme."""
    values = [(web_addresses.normalise(text), label) for text, label in given]
    return _read(values, "url", path, problems)


def _read(
    values: list[tuple[str | None, str]], kind: str, path: Path, problems: Problems
) -> list[Method]:
    """Methods without duplicates, the first label wins; None is a problem, too many are one too."""
    if not check_count(values, MAX_METHODS, problems, *path):
        return []
    found: dict[str, Method] = {}
    for index, (value, label) in enumerate(values):
        if value is None:
            problems.add(kind, *path, index, kind)
        elif value:
            found.setdefault(value, {"value": value, "type": label})
    return list(found.values())


def check_time_zone(name: str | None, path: Path, problems: Problems) -> None:
    """Adds a problem unless ``name`` is null or a zone of the IANA database."""
    if name is not None and name not in _time_zones():
        problems.add("choice", *path, text="There is no such time zone.")


@cache
def _time_zones() -> set[str]:
    return available_timezones()
