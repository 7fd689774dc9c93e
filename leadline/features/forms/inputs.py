"""What may be said of a form, and what may be written into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.features.forms.tables import Choice, FieldType, FormField
from leadline.kernel.errors import Problems
from leadline.platform import emails, phone_numbers, web_addresses

MAX_FIELDS = 100
MAX_TEXT = 10_000
_YES = ("1", "on", "true", "yes")
Name = Annotated[str, Meta(max_length=255)]


class NewField(msgspec.Struct, frozen=True, kw_only=True):
    """With the id of a field that is there, it is that one, maybe under another name."""

    id: bytes | None
    name: str
    type: FieldType
    choices: list[Choice] | None


def check_fields(fields: list[NewField], problems: Problems) -> None:
    """Adds what is wrong with the fields of a form."""
    where = "field_definitions"
    if not 1 <= len(fields) <= MAX_FIELDS:
        words = f"A form has between 1 and {MAX_FIELDS} fields."
        problems.add("too_long" if fields else "blank", where, text=words)
    seen: set[str] = set()
    for place, field in enumerate(fields):
        name = field.name.strip().lower()
        if not name:
            problems.add("required", where, place, "name")
        elif name in seen:
            problems.add("duplicate", where, place, "name")
        seen.add(name)
        if (field.type == "select") != bool(field.choices):
            words = "A select has choices, and nothing else has."
            problems.add("conflict", where, place, "choices", text=words)


def read_value(field: FormField, given: Any, country: str, problems: Problems) -> str | bool | None:
    """What was written into a field, as it is kept; blank is None, of a checkbox False."""
    text = given if isinstance(given, str) else ""
    if field["type"] == "checkbox":
        return given is True or text.strip().lower() in _YES
    if not isinstance(given, str) and given is not None:
        problems.add("type", field["name"])
        return None
    text = text.strip()
    if not text:
        return None
    if len(text) > MAX_TEXT:
        problems.add("too_long", field["name"])
        return None
    value = _read(field, text, country)
    if value is None:
        kind = field["type"]
        problems.add("choice" if kind == "select" else kind, field["name"])
    return value


def _read(field: FormField, text: str, country: str) -> str | None:
    kind = field["type"]
    if kind == "email":
        return emails.normalise(text)
    if kind == "phone":
        return phone_numbers.to_e164(text, country)
    if kind == "url":
        return web_addresses.normalise(text)
    if kind == "select":
        return text if any(text == choice["value"] for choice in field["choices"] or ()) else None
    return text


def given_for(field: FormField, given: Mapping[str, Any]) -> Any:
    """What was given for a field, by its id or by its name in lower case."""
    return given.get(field["id"], given.get(field["name"].lower()))
