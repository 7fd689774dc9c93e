"""Inputs: create and change a custom field, and the values of one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.features.custom_fields.references import References
from leadline.features.custom_fields.tables import CustomField, FieldType
from leadline.kernel.errors import Path, Problems
from leadline.kernel.names import check_count
from leadline.kernel.times import read_local, utc_text

MAX_NAME_LENGTH = 200
MAX_CHOICES = 1000
MAX_CHOICE_LENGTH = 255
MAX_VALUE_LENGTH = 20_000
MAX_VALUES = 1000
SHOWN_CHOICES = 20
MAX_EXACT = 1 << 53  # larger whole numbers are not exact as floating-point numbers

_NUMBER = re.compile(r"[+-]?(?:(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)", re.ASCII)

# Types whose values are text that people write.
TEXTS = frozenset({"text", "textarea", "hidden"})
MULTIPLE = frozenset({"choices", "user", "contact", "custom_object"})
# What only fields of some types have, and what the others have instead.
_ONLY_FOR: dict[str, frozenset[str]] = {
    "choices": frozenset({"choices"}),
    "accepts_multiple_values": MULTIPLE,
    "referenced_custom_type_id": frozenset({"custom_object"}),
    "back_reference_is_visible": frozenset({"custom_object"}),
}
_NOTHING = {"accepts_multiple_values": False}

Description = Annotated[str, Meta(max_length=280)]


class NewCustomField(msgspec.Struct, frozen=True, kw_only=True):
    """``type_id`` is the custom type that the field belongs to, where the noun has types."""

    noun: str
    type_id: bytes | None = None
    name: str
    type: FieldType
    description: str | None = None
    choices: list[str] | None = None
    accepts_multiple_values: bool = False
    is_required: bool = False
    editable_with_roles: list[str] = []
    referenced_custom_type_id: bytes | None = None
    back_reference_is_visible: bool | None = None


class CustomFieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. ``type_id`` is there to be refused: a field stays with its type."""

    type_id: bytes | UnsetType = UNSET
    name: str | UnsetType = UNSET
    type: FieldType | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    choices: list[str] | UnsetType | None = UNSET
    accepts_multiple_values: bool | UnsetType = UNSET
    is_required: bool | UnsetType = UNSET
    editable_with_roles: list[str] | UnsetType = UNSET
    referenced_custom_type_id: bytes | UnsetType | None = UNSET
    back_reference_is_visible: bool | UnsetType = UNSET


# Definitions.


def adapt_to_type(row: CustomField, before: CustomField | None, problems: Problems) -> CustomField:
    """The row with what goes with its type and without what does not.

    What does not go is a problem when it is new, and dropped when the type has changed.
    """
    kind = row.target_type
    kept: dict[str, Any] = {}
    for name, kinds in _ONLY_FOR.items():
        value = getattr(row, name)
        if kind not in kinds:
            kept[name] = _NOTHING.get(name)
            if value and (before is None or value != getattr(before, name)):
                problems.add("conflict", name, text=f"A field of type {kind} has none.")
    if kind == "choices":
        kept["choices"] = _read_choices(row.choices, problems)
    if kind == "custom_object" and row.back_reference_is_visible is None:
        kept["back_reference_is_visible"] = True
    return msgspec.structs.replace(row, **kept)


def _read_choices(given: list[str] | None, problems: Problems) -> list[str]:
    choices = [choice.strip() for choice in given or ()]
    if not choices:
        problems.add("required", "choices")
    elif check_count(choices, MAX_CHOICES, problems, "choices"):
        for index, choice in enumerate(choices):
            if not choice:
                problems.add("blank", "choices", index)
            elif len(choice) > MAX_CHOICE_LENGTH:
                problems.add("too_long", "choices", index)
    return list(dict.fromkeys(choices))


def check_is_free(name: str, siblings: Sequence[CustomField], problems: Problems) -> None:
    """Adds a problem if one of the siblings has the name."""
    if any(sibling.name == name for sibling in siblings):
        problems.add("duplicate", "name", text=f"There is a custom field '{name}' already.")


# Values.


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def is_empty(value: Any) -> bool:
    """Whether a value unsets its field."""
    return value is None or value in ("", [])


def read_value(
    field: CustomField, value: Any, path: Path, problems: Problems, known: References
) -> Any:
    """The value as it is kept: a list where the field takes several, else a scalar; None unsets.

    Adds a problem when the value is not one of the field's type.
    """
    if is_empty(value):
        return None
    if field.target_type == "hidden":
        return _read_hidden(field, value, path, problems)
    if isinstance(value, list) and not field.accepts_multiple_values:
        problems.add("type", *path, text=_wrong_type(field))
        return None
    before = len(problems.found)
    read = [_read_one(field, each, path, problems, known) for each in as_list(value)]
    if len(problems.found) > before:
        del problems.found[before + 1 :]  # one problem per field is enough
        return None
    if len(read) > MAX_VALUES or len(msgspec.json.encode(read)) > MAX_VALUE_LENGTH:
        problems.add("too_long", *path)
        return None
    return list(dict.fromkeys(read)) if field.accepts_multiple_values else read[0]


def _read_hidden(field: CustomField, value: Any, path: Path, problems: Problems) -> Any:
    """What only programs read: any JSON but an object."""
    if isinstance(value, dict):
        problems.add("type", *path, text=_wrong_type(field))
    elif len(msgspec.json.encode(value)) > MAX_VALUE_LENGTH:
        problems.add("too_long", *path)
    return value


def value_of_text(field: CustomField, text: str) -> Any:
    """What a text, such as a cell of a table, says as a value of the field; not yet checked.

    Several values stand between semicolons.
    """
    if field.accepts_multiple_values:
        return [part.strip() for part in text.split(";") if part.strip()]
    return _number(text) if field.target_type == "number" else text


def _read_one(
    field: CustomField, value: Any, path: Path, problems: Problems, known: References
) -> Any:
    kind = field.target_type
    if kind == "number":
        read = _number(value) if isinstance(value, str) else value
        if type(read) not in (int, float):
            problems.add("type", *path, text=_wrong_type(field))
        return read
    if kind in TEXTS:
        # Yes or no is taken as it is: Tether makes text fields of it.
        if type(value) not in (str, int, float, bool):
            problems.add("type", *path, text=_wrong_type(field))
        return _written(value) if type(value) in (int, float) else value
    if type(value) is not str:
        problems.add("type", *path, text=_wrong_type(field))
        return value
    if kind in _DATES:
        try:
            return _DATES[kind](value)
        except ValueError:
            problems.add("instant", *path, text=f"Invalid ISO 8601 {kind}.")
            return value
    if kind == "choices":
        choices = field.choices or []
        if value not in choices:
            shown = ", ".join(choices[:SHOWN_CHOICES])
            more = ", ..." if len(choices) > SHOWN_CHOICES else ""
            problems.add("choice", *path, text=f"Value must be one of: {shown}{more}.")
        return value
    reference = known.find(field, value)
    if reference is None:
        problems.add("not_found", *path)
    return reference or value


def _wrong_type(field: CustomField) -> str:
    if field.accepts_multiple_values:
        return "Value must be a list of str."
    return f"Value must be of {'number' if field.target_type == 'number' else 'str'} type."


def _day(text: str) -> str:
    # The day that is written, whatever day it is elsewhere at that moment.
    return datetime.fromisoformat(text.strip()).date().isoformat()


def _instant(text: str) -> str:
    return utc_text(read_local(text, "UTC")) + "+00:00"


_DATES: dict[str, Callable[[str], str]] = {"date": _day, "datetime": _instant}


def converted(field: CustomField, value: Any, from_type: str, known: References) -> Any:
    """A value of another type as one that the field takes now; None when it cannot be one."""
    kind = field.target_type
    values = as_list(value)
    if kind != from_type:
        values = [_as_type(kind, each, known) for each in values]
        if kind in TEXTS and len(values) > 1:
            values = [", ".join(values)]
        values = [each for each in values if each != "" and _is_good(field, each, known)]
        values = [_read_one(field, each, (), Problems(), known) for each in values]
    if field.accepts_multiple_values:
        return list(dict.fromkeys(values)) or None
    return values[0] if values else None


def _is_good(field: CustomField, value: Any, known: References) -> bool:
    problems = Problems()
    _read_one(field, value, (), problems, known)
    return not problems.found


def _as_type(kind: str, value: Any, known: References) -> Any:
    """What people would write for the value in a field of that type."""
    if kind == "number":
        return _number(value) if isinstance(value, str) else value
    text = value if isinstance(value, str) else _written(value)
    return text if kind == "user" else known.users.get(text, text)


def _written(value: Any) -> str:
    """A number or another value of JSON as people write it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return msgspec.json.encode(value).decode()


def number_of(text: str) -> int | float | None:
    """The number that a text says, as ``1200``, ``-12.5`` or ``1,200.50``; else None.

    The decimal sign is the point, as in JSON. A comma only sets thousands apart: with any other
    number of digits after it, it may be somebody's decimal sign.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    found = float(text.replace(",", ""))
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() and abs(found) < MAX_EXACT else found


def _number(text: str) -> int | float | str:
    """The number that a text says, or the text."""
    found = number_of(text)
    return text if found is None else found
