"""Fields in structured searches, and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, get_args

import msgspec

from leadline.dialects.close.query.directions import stored_choice
from leadline.dialects.close.query.tree_moments import Clock, read_range
from leadline.features.custom_fields.tables import CUSTOM_FIELDS, CustomField
from leadline.features.groups.tables import GROUP_MEMBERS
from leadline.kernel.errors import Path, Problems, RefusedError
from leadline.kernel.ids import parse_hex, parse_prefixed
from leadline.reporting.search.custom_conditions import kind_of
from leadline.reporting.search.fields import CATALOGUE
from leadline.reporting.search.nouns import Kind, with_article
from leadline.reporting.search.tree import (
    CustomFieldOf,
    Field,
    IsSet,
    IsTrue,
    NumberRange,
    OneOf,
    Test,
    TextMode,
    TextTest,
)
from leadline.store import rows
from leadline.store.unit import Unit

Json = Mapping[str, Any]

MAX_LEVELS = 100  # of JSON

_PREFIXED = re.compile(r"[a-z]+_([0-9a-f]{24})")
_MODES = get_args(TextMode)
_NUMBERS = ("gt", "gte", "lt", "lte")


class ResolvedField(msgspec.Struct, frozen=True):
    """A field, its name and its kind."""

    field: Field | CustomFieldOf
    name: str
    kind: Kind


class SearchFields(msgspec.Struct, frozen=True):
    """What has to be known to read the fields of a search, and who asks when."""

    custom: Mapping[bytes, CustomField]
    members: Mapping[bytes, list[bytes]]
    user_id: bytes
    clock: Clock


async def known_fields(unit: Unit, clock: Clock, *parts: Any) -> SearchFields:
    """The custom fields and groups that these parts of a search name; each fetched at once."""
    texts = set(_texts(parts))
    custom_ids = [found for text in texts if (found := parse_prefixed("cf", text))]
    group_ids = [found for text in texts if (found := parse_prefixed("group", text))]
    members: dict[bytes, list[bytes]] = {group_id: [] for group_id in group_ids}
    if group_ids:
        for row in await rows.select(
            unit, GROUP_MEMBERS, "AND group_id = ANY(%(group_ids)s)", group_ids=group_ids
        ):
            members[row.group_id].append(row.user_id)
    custom = await rows.select_ids(unit, CUSTOM_FIELDS, custom_ids)
    return SearchFields(custom, members, unit.scope.require_user(), clock)


def _texts(parts: tuple[Any, ...]) -> Iterator[str]:
    """Every text in them; RefusedError when they nest too deep to be read."""
    stack = [(part, 1) for part in parts]
    while stack:
        value, depth = stack.pop()
        if depth > MAX_LEVELS:
            raise RefusedError(f"The query nests deeper than {MAX_LEVELS} levels.")
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            stack.extend((each, depth + 1) for each in inner)


def read_field(
    node: Any, noun: str, known: SearchFields, path: Path, problems: Problems
) -> ResolvedField | None:
    """The field of a noun that a node names; None and a problem when there is none."""
    if not isinstance(node, dict):
        problems.add("required" if node is None else "type", *path)
        return None
    kind = node.get("type")
    if kind == "regular_field":
        return _regular(node, noun, path, problems)
    if kind == "custom_field":
        return _custom(node, noun, known, path, problems)
    words = "Value must be one of: regular_field, custom_field."
    problems.add("choice", *path, "type", text=words)
    return None


def _regular(node: Json, noun: str, path: Path, problems: Problems) -> ResolvedField | None:
    given = node.get("object_type")
    if given is not None and noun_of(given) != noun:
        words = f"The field must be one of {with_article(noun)}."
        problems.add("conflict", *path, "object_type", text=words)
        return None
    name = node.get("field_name")
    spec = CATALOGUE[noun].fields.get(name) if isinstance(name, str) else None
    if spec is None or not isinstance(name, str):
        words = f"{with_article(noun).capitalize()} has no such field."
        problems.add("choice", *path, "field_name", text=words)
        return None
    return ResolvedField(Field(noun, name), name, spec.kind)


def _custom(
    node: Json, noun: str, known: SearchFields, path: Path, problems: Problems
) -> ResolvedField | None:
    given = node.get("custom_field_id")
    field_id = parse_prefixed("cf", given) if isinstance(given, str) else None
    field = known.custom.get(field_id) if field_id is not None else None
    if field is None:
        problems.add("not_found", *path, "custom_field_id")
        return None
    if not CATALOGUE[noun].custom or not (field.is_shared or field.noun == noun):
        words = f"{with_article(noun).capitalize()} does not have this field."
        problems.add("conflict", *path, "custom_field_id", text=words)
        return None
    return ResolvedField(CustomFieldOf(noun, field.id, field.type), field.name, kind_of(field.type))


def noun_of(given: Any) -> str | None:
    """The noun that an ``object_type`` means: ``activity.call`` is a call, ``task.lead`` a task."""
    if not isinstance(given, str):
        return None
    name = given.removeprefix("activity.")
    name = "task" if name.startswith("task.") else name
    return name if name in CATALOGUE else None


# Conditions.


def read_test(
    node: Any, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    """What a condition asks of a field; None and a problem when it cannot be asked."""
    if not isinstance(node, dict):
        problems.add("required" if node is None else "type", *path)
        return None
    kind = node.get("type")
    if kind not in _READERS:
        words = f"Value must be one of: {', '.join(_READERS)}."
        problems.add("choice", *path, "type", text=words)
        return None
    kinds, read = _READERS[kind]
    if found.kind not in kinds:
        words = f"The field {found.name} does not support conditions of the type {kind}."
        problems.add("choice", *path, "type", text=words)
        return None
    test: Test | None = read(node, found, known, path, problems)
    return test


def read_text(node: Json, path: Path, problems: Problems) -> TextTest | None:
    """A text and the mode in which it is looked for."""
    value: Any = node.get("value")
    mode: Any = node.get("mode") or "full_words"
    if not isinstance(value, str):
        problems.add("required" if value is None else "type", *path, "value")
        return None
    if not value.strip():
        problems.add("blank", *path, "value")
        return None
    if mode not in _MODES:
        words = f"Value must be one of: {', '.join(_MODES)}."
        problems.add("choice", *path, "mode", text=words)
        return None
    return TextTest(value, mode)


def read_ids(given: Any, path: Path, problems: Problems) -> list[bytes]:
    """A list of ids, whatever their prefix; what names nothing that could be is a problem."""
    if not isinstance(given, list):
        problems.add("required" if given is None else "type", *path)
        return []
    found = []
    for index, each in enumerate(given):
        object_id = id_of(each)
        if object_id is None:
            problems.add("not_found", *path, index)
        else:
            found.append(object_id)
    return found


def id_of(given: Any) -> bytes | None:
    """An id, whatever its prefix; None when it can be none."""
    match = _PREFIXED.fullmatch(given) if isinstance(given, str) else None
    return parse_hex(match[1]) if match else None


def _text(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    return read_text(node, path, problems)


def _term(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    given = node.get("values")
    if not isinstance(given, list):
        problems.add("required" if given is None else "type", *path, "values")
        return None
    if found.kind == "reference":
        return OneOf(tuple(read_ids(given, (*path, "values"), problems)))
    values: list[Any] = []
    for index, each in enumerate(given):
        value = _term_value(each, found)
        if value is None:
            problems.add("type", *path, "values", index)
        else:
            values.append(value)
    if found.kind == "flag":
        if not values:
            problems.add("required", *path, "values")
            return None
        return IsTrue(values[0]) if len(set(values)) == 1 else IsSet()
    return OneOf(tuple(values))


def _term_value(given: Any, found: ResolvedField) -> str | Decimal | bool | None:
    """A value as the field has it; None when it cannot have it."""
    if found.kind == "number":
        return _number(given)
    text = str(given).lower() if isinstance(given, bool) else given
    if not isinstance(text, str):
        return None
    if found.kind == "flag":
        return {"true": True, "false": False}.get(text.lower())
    return stored_choice(found.field, text)


def _reference(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test:
    """``user_or_group``: a group stands for everybody in it, and ``CURRENT_USER`` for the caller,
    as filters say that were copied from Close."""
    given = node.get("object_ids")
    if isinstance(given, list):
        given = [
            f"user_{known.user_id.hex()}" if each == "CURRENT_USER" else each for each in given
        ]
    ids = read_ids(given, (*path, "object_ids"), problems)
    people = [known.members.get(object_id, [object_id]) for object_id in ids]
    return OneOf(tuple(each for some in people for each in some))


def _current_user(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    return OneOf((known.user_id,))


def _boolean(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    value = node.get("value")
    if not isinstance(value, bool):
        problems.add("required" if value is None else "type", *path, "value")
        return None
    return IsTrue(value)


def _exists(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    return IsSet()


def _numbers(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    bounds: dict[str, Decimal] = {}
    for name in _NUMBERS:
        given = node.get(name)
        if given is None:
            continue
        bound = _number(given)
        if bound is None:
            problems.add("type", *path, name, text="Value must be of number type.")
        else:
            bounds[name] = bound
    return NumberRange(**bounds)


def _number(given: Any) -> Decimal | None:
    return Decimal(str(given)) if type(given) in (int, float) else None


def _moments(
    node: Json, found: ResolvedField, known: SearchFields, path: Path, problems: Problems
) -> Test | None:
    return read_range(node, known.clock, path, problems)


_TEXTS: tuple[Kind, ...] = ("text", "choice")
_ALL: tuple[Kind, ...] = get_args(Kind)
_READERS: dict[Any, tuple[tuple[Kind, ...], Any]] = {
    "text": (_TEXTS, _text),
    "term": ((*_TEXTS, "number", "reference", "flag"), _term),
    "reference": (("reference",), _reference),
    "current_user": (("reference",), _current_user),
    "boolean": (("flag",), _boolean),
    "exists": (_ALL, _exists),
    "number_range": (("number",), _numbers),
    "moment_range": (("moment", "day", "due"), _moments),
}
