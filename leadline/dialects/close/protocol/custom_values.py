"""Values of custom fields in the Close dialect: ``custom.cf_..`` keys beside the usual ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from leadline.features.custom_fields.inputs import (
    MAX_NAME_LENGTH,
    MAX_VALUES,
    as_list,
    is_empty,
    read_value,
)
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.references import References
from leadline.features.custom_fields.tables import CustomField, CustomValues, FieldNoun
from leadline.features.roles.queries import role_name_of
from leadline.flows.find_references import find_references
from leadline.kernel.errors import Path, Problems
from leadline.kernel.ids import parse_prefixed
from leadline.store.unit import Unit

Json = Mapping[str, Any]

# What may follow a field's name: the values are added to those it has, or taken from them.
_SUFFIXES = (".add", ".remove")
# Under these keys stand objects with values by the ids or names of their fields.
_GROUPED = ("custom", "custom_fields")


class FieldBook(msgspec.Struct, frozen=True):
    """The custom fields of a noun, what their values may refer to, and the caller's role."""

    by_key: dict[str, CustomField]
    by_name: dict[str, CustomField]
    known: References
    role: str

    def find(self, name: str) -> CustomField | None:
        """The field of that id or name."""
        object_id = parse_prefixed("cf", name)
        return self.by_name.get(name) if object_id is None else self.by_key.get(object_id.hex())

    def resolve(self, name: str) -> tuple[CustomField | None, str]:
        """The field, and the suffix if the name has one that is not part of the name itself."""
        field = self.find(name)
        if field is None:
            for suffix in _SUFFIXES:
                if name.endswith(suffix):
                    return self.find(name.removesuffix(suffix)), suffix
        return field, ""


def spell_custom(values: CustomValues) -> dict[str, Any]:
    """The keys that stand beside those of the object."""
    return {f"custom.cf_{key}": value for key, value in values.items()}


async def fields_for(
    unit: Unit,
    noun: FieldNoun,
    objects: Sequence[Json],
    type_id: bytes | None = None,
    *,
    is_whole: bool = False,
) -> FieldBook:
    """What is needed to read the values in these objects; costs nothing when there are none.

    ``is_whole`` says that the fields are needed even then, to know which ones are required.
    """
    named = [(name, value) for given in objects for _, name, value in _values(given)]
    fields = await fields_of(unit, noun, type_id) if named or is_whole else []
    book = FieldBook(
        {field.id.hex(): field for field in fields},
        {field.name: field for field in reversed(fields)},
        References(),
        role_name_of(unit.scope),
    )
    pairs = [
        (field, value)
        for name, value in named
        if (field := book.resolve(name)[0]) is not None and not is_empty(value)
    ]
    return msgspec.structs.replace(book, known=await find_references(unit, pairs))


def read_custom(
    book: FieldBook,
    given: Json,
    problems: Problems,
    path: Path = (),
    *,
    before: CustomValues | None = None,
) -> CustomValues:
    """The values in an object by key, null where one is unset. A field is named by id or name.

    ``before`` are the values so far: what does not change is not checked again.
    """
    so_far = before or {}
    values: CustomValues = {}
    for key in _GROUPED:
        if not isinstance(given.get(key, {}), dict | None):
            problems.add("type", *path, key, text="Value must be of dict type.")
    for inner, name, value in _values(given):
        where = (*path, *inner)
        field, suffix = book.resolve(name)
        if field is None:
            problems.add("unknown_field", *where, text=_unknown(name))
            continue
        key = field.id.hex()
        present = values.get(key, so_far.get(key))
        if not suffix and value in (present, so_far.get(key)):
            continue  # what was read comes back under two keys, and one of them may have changed
        read = _read(book, field, suffix, value, present, where, problems)
        allowed = field.editable_with_roles
        if read != present and allowed and book.role not in allowed:
            problems.add("read_only", *where, text="Your role may not change this field.")
        values[key] = read
    return values


def _read(  # noqa: PLR0917 - what there was, what is given, and where
    book: FieldBook,
    field: CustomField,
    suffix: str,
    value: Any,
    present: Any,
    where: Path,
    problems: Problems,
) -> Any:
    """What the field has when the value is set, added to or removed from what it has now."""
    if suffix and not field.accepts_multiple_values:
        problems.add("conflict", *where, text="The field does not accept multiple values.")
        return present
    if suffix == ".remove":
        gone = [book.known.find(field, str(each)) or each for each in as_list(value)]
        return [each for each in as_list(present) if each not in gone] or None
    read = read_value(field, value, where, problems, book.known)
    if suffix != ".add":
        return read
    united = list(dict.fromkeys([*as_list(present), *as_list(read)]))
    if len(united) > MAX_VALUES:
        problems.add("too_long", *where)
    return united or None


def check_required(book: FieldBook, values: CustomValues, problems: Problems) -> None:
    """Adds a problem for each required field that has no value."""
    for key, field in book.by_key.items():
        if field.is_required and values.get(key) is None:
            problems.add("required", f"custom.cf_{key}")


def refuse_custom(given: Json, problems: Problems) -> None:
    """Adds a problem for each value, where a noun has no custom fields."""
    for inner, name, _ in _values(given):
        problems.add("unknown_field", *inner, text=_unknown(name))


def _unknown(name: str) -> str:
    return f'The Custom Field "{name[:MAX_NAME_LENGTH]}" does not exist.'


def _values(given: Json) -> Iterator[tuple[Path, str, Any]]:
    """Where each value stands, the id or name of its field, and the value.

    Whole values come first, then what is added and taken away.
    """
    found: list[tuple[Path, str, Any]] = []
    for key, value in given.items():
        if key.startswith("custom."):
            found.append(((key,), key.removeprefix("custom."), value))
        elif key in _GROUPED and isinstance(value, dict):
            found += [((key, name), name, inner) for name, inner in value.items()]
    yield from sorted(found, key=lambda each: each[1].endswith(_SUFFIXES))
