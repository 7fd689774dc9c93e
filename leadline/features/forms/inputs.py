"""Inputs: create and change a form, and what people write into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.features.forms.tables import Choice, FieldType, Form, FormField
from leadline.kernel.control_characters import one_line
from leadline.kernel.errors import Problems
from leadline.platform import emails, phone_numbers, web_addresses

MAX_FIELDS = 100
MAX_TEXT = 10_000  # characters of one answer
MAX_ANSWERS = 50_000  # characters of all answers of one submission
# What a body may hold beside long answers, and what the longest answer takes on its way.
_BODY_BYTES = 64 * 1024
_TEXT_BYTES = 4 * MAX_TEXT
_LONG_TYPES = ("text", "textarea")
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
    for index, field in enumerate(fields):
        name = field.name.strip().lower()
        if not name:
            problems.add("required", where, index, "name")
        elif name in seen:
            problems.add("duplicate", where, index, "name")
        seen.add(name)
        if (field.type == "select") != bool(field.choices):
            words = "A select has choices, and nothing else has."
            problems.add("conflict", where, index, "choices", text=words)


def max_body_bytes(form: Form) -> int:
    """How large a submission of this form may be: strangers send it."""
    long = sum(field["type"] in _LONG_TYPES for field in form.fields)
    return _BODY_BYTES + long * _TEXT_BYTES


def read_value(field: FormField, given: Any, country: str, problems: Problems) -> str | bool | None:
    """What was written into a field, as it is kept; blank is None, of a checkbox False.

    Several values of one name are kept together where the field takes any text, and refused
    elsewhere.
    """
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        given = _one_of(field, given, problems)
    text = given if isinstance(given, str) else ""
    if field["type"] == "checkbox":
        return given is True or text.strip().lower() in _YES
    if not isinstance(given, str) and given is not None:
        problems.add("type", field["name"])
        return None
    text = text.strip() if field["type"] == "textarea" else one_line(text)
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


def _one_of(field: FormField, several: list[str], problems: Problems) -> str | None:
    different = list(dict.fromkeys(each.strip() for each in several if each.strip()))
    if field["type"] == "checkbox":
        # Pages send a hidden "no" before the box that says yes.
        return different[-1] if different else None
    if len(different) > 1 and field["type"] not in _LONG_TYPES:
        problems.add("conflict", field["name"], text="This field takes one value.")
        return None
    return ", ".join(different)


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
