"""Every change of custom fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.custom_activity_types.tables import CUSTOM_ACTIVITY_TYPES
from leadline.features.custom_fields.inputs import (
    MAX_NAME_LENGTH,
    CustomFieldChange,
    NewCustomField,
    adapt_to_type,
    check_is_free,
)
from leadline.features.custom_fields.queries import (
    associations_of,
    fields_of,
)
from leadline.features.custom_fields.tables import (
    ASSOCIATIONS,
    CUSTOM_FIELDS,
    SHARED,
    Association,
    CustomField,
    CustomValues,
    FieldNoun,
)
from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES
from leadline.kernel.errors import Problems, RefusedError
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import read_name
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.locks import lock_key
from leadline.store.tables import Table
from leadline.store.unit import Unit

# How many fields come to be by being named, so that a broken form cannot fill the database; and
# how many a schema has at all.
MAX_NAMED_FIELDS = 500
MAX_FIELDS = 1000

# Whose fields may change their type.
CONVERTIBLE = frozenset({"lead", "contact", "opportunity"})

_TYPES_OF: dict[str, Table[Any]] = {
    "custom_activity": CUSTOM_ACTIVITY_TYPES,
    "custom_object": CUSTOM_OBJECT_TYPES,
}


# Fields by name.


async def fields_named(
    unit: Unit, noun: FieldNoun, samples: Mapping[str, Any], problems: Problems
) -> dict[str, CustomField]:
    """The fields of these names. ``samples`` are values: a new field's type follows from them.

    Numbers make a number field, everything else text. A new field needs a right of its own, and
    no more than ``MAX_NAMED_FIELDS`` come to be in this way.
    """
    known = {field.name: field for field in await fields_of(unit, noun)}
    found: dict[str, CustomField] = {}
    for name, sample in samples.items():
        field = known.get(name)
        if field is None and sample is None:
            continue  # there is nothing to unset
        if field is None:
            if len(name) > MAX_NAME_LENGTH or not name.strip():
                words = "This name cannot be a field."
                problems.add("too_long", "custom", name[:MAX_NAME_LENGTH], text=words)
                continue
            if not unit.scope.may(Right.CUSTOM_FIELD_ADD_BY_NAME):
                words = "There is no such field, and your role may not add one."
                problems.add("unknown_field", "custom", name, text=words)
                continue
            if len(known) >= MAX_NAMED_FIELDS:
                words = f"There are {len(known)} custom fields already; this one is unknown."
                problems.add("unknown_field", "custom", name, text=words)
                continue
            is_number = isinstance(sample, int | float) and not isinstance(sample, bool)
            new = NewCustomField(noun=noun, name=name, type="number" if is_number else "text")
            field = known[name] = await _add_named(
                unit, _row(unit, new, _next_rank(known.values()))
            )
        found[name] = field
    return found


async def _add_named(unit: Unit, row: CustomField) -> CustomField:
    """Adds a field; two requests that add the same one at once end with one field."""
    existing = await unit.fetch_one(
        CustomField,
        CUSTOM_FIELDS.insert_sql
        + b" ON CONFLICT (organization_id, noun, type_id, name) DO UPDATE SET name = excluded.name "
        b"RETURNING " + ", ".join(CUSTOM_FIELDS.columns).encode(),
        **CUSTOM_FIELDS.parameters(row),
    )
    if existing is not None and existing.id != row.id:
        return existing
    unit.record("created", CUSTOM_FIELDS, None, row)
    return row


def merged(before: CustomValues, changes: CustomValues) -> CustomValues:
    """``before`` with ``changes``; null unsets a value."""
    united = {**before, **changes}
    return {key: value for key, value in united.items() if value is not None}


# Definitions.


async def lock_definitions(unit: Unit) -> None:
    """Whoever defines fields of an organization waits for the others who do."""
    key = lock_key(unit, "custom fields")
    await unit.execute("SELECT pg_advisory_xact_lock(%(key)s::bigint)", key=key)


async def create_custom_field(unit: Unit, new: NewCustomField) -> CustomField:
    """Adds a field to a noun, to one of its custom types, or to the shared ones."""
    await lock_definitions(unit)
    problems = Problems()
    name = read_name(new.name, problems, at_most=MAX_NAME_LENGTH)
    await _check_type_id(unit, new.noun, new.type_id, problems)
    siblings = await _siblings(unit, new.noun, new.type_id)
    row = _row(unit, msgspec.structs.replace(new, name=name), _next_rank(siblings))
    row = await _checked(unit, row, problems)
    check_is_free(name, siblings, problems)
    problems.stop_if_any()
    _check_room(siblings)
    return await writes.insert(unit, CUSTOM_FIELDS, row)


async def update_custom_field(
    unit: Unit, before: CustomField, change: CustomFieldChange, *, is_slow: bool
) -> CustomField:
    """Changes a locked field; bringing its values in line is the flow's concern.

    ``is_slow`` says that a change of type takes a while: the field then is ``converting_to`` it.
    """
    problems = Problems()
    given = given_fields(change)
    if "name" in given:
        given["name"] = read_name(given["name"], problems, at_most=MAX_NAME_LENGTH)
        if given["name"] != before.name:
            others = await _namesakes(unit, before, given["name"])
            check_is_free(given["name"], others, problems)
    if given.get("type_id", before.type_id) != before.type_id:
        problems.add("read_only", "type_id")
    is_converted = given.get("type", before.type) != before.type
    if is_converted and before.noun not in CONVERTIBLE:
        problems.add("read_only", "type")
    elif is_converted and before.converting_to is not None:
        problems.add("conflict", "type", text="Its values are still being converted.")
    after = await _checked(unit, msgspec.structs.replace(before, **given), problems, before)
    problems.stop_if_any()
    if is_converted and is_slow:
        after = msgspec.structs.replace(after, type=before.type, converting_to=after.type)
    changes = {name: getattr(after, name) for name in CUSTOM_FIELDS.columns}
    return await writes.update(unit, CUSTOM_FIELDS, before, **changes)


async def associate_field(
    unit: Unit,
    field: CustomField,
    noun: FieldNoun,
    type_id: bytes | None,
    *,
    is_required: bool,
    editable_with_roles: list[str],
) -> Association:
    """Adds a shared field to a noun, or to one of its custom types."""
    await lock_definitions(unit)
    problems = Problems()
    await _check_type_id(unit, noun, type_id, problems)
    siblings = await fields_of(unit, noun, type_id)
    if any(sibling.id == field.id for sibling in siblings):
        problems.add("duplicate", "noun", text="The field is associated with it already.")
    elif any(sibling.name == field.name for sibling in siblings):
        words = f"There is a custom field '{field.name}' already."
        problems.add("duplicate", "noun", text=words)
    problems.stop_if_any()
    _check_room(siblings)
    row = Association(
        **unit.stamps(),
        field_id=field.id,
        noun=noun,
        type_id=type_id,
        is_required=is_required,
        editable_with_roles=editable_with_roles,
        rank=_next_rank(siblings),
    )
    return await writes.insert(unit, ASSOCIATIONS, row)


async def update_association(
    unit: Unit,
    before: Association,
    *,
    is_required: bool | UnsetType,
    editable_with_roles: list[str] | UnsetType,
) -> Association:
    """Changes what a shared field is for one noun."""
    changes: dict[str, Any] = {}
    if is_required is not UNSET:
        changes["is_required"] = is_required
    if editable_with_roles is not UNSET:
        changes["editable_with_roles"] = editable_with_roles
    return await writes.update(unit, ASSOCIATIONS, before, **changes)


async def order_fields(
    unit: Unit, noun: FieldNoun, type_id: bytes | None, field_ids: Sequence[bytes]
) -> list[CustomField]:
    """Puts the fields of a schema in this order; those that are not named follow as they were."""
    await lock_definitions(unit)
    fields = {field.id: field for field in await fields_of(unit, noun, type_id)}
    problems = Problems()
    for index, field_id in enumerate(field_ids):
        if field_id not in fields:
            problems.add("not_found", "field_ids", index)
        elif field_id in field_ids[:index]:
            problems.add("duplicate", "field_ids", index)
    problems.stop_if_any()
    bindings = await associations_of(unit, [key for key in fields if fields[key].is_shared])
    order = [fields[field_id] for field_id in dict.fromkeys([*field_ids, *fields])]
    for rank, field in enumerate(order):
        if field.rank == rank:
            continue
        if field.is_shared:
            (bound,) = (
                each for each in bindings[field.id] if (each.noun, each.type_id) == (noun, type_id)
            )
            await writes.update(unit, ASSOCIATIONS, bound, rank=rank)
        else:
            await writes.update(unit, CUSTOM_FIELDS, field, rank=rank)
    return await fields_of(unit, noun, type_id)


def _row(unit: Unit, new: NewCustomField, rank: int) -> CustomField:
    return CustomField(
        **msgspec.structs.asdict(new),
        **unit.stamps(),
        converting_to=None,
        rank=rank,
    )


async def _checked(
    unit: Unit, row: CustomField, problems: Problems, before: CustomField | None = None
) -> CustomField:
    row = adapt_to_type(row, before, problems)
    if row.target_type == "custom_object":
        await _check_reference(unit, row, problems, before)
    return row


async def _check_reference(
    unit: Unit, row: CustomField, problems: Problems, before: CustomField | None
) -> None:
    """A field of custom objects says of which type they are, once and for all."""
    name, wanted = "referenced_custom_type_id", row.referenced_custom_type_id
    known = before.referenced_custom_type_id if before is not None else None
    if wanted is not None and wanted == known:
        return
    if wanted is None:
        problems.add("required", name)
    elif known is not None:
        problems.add("read_only", name)
    elif await rows.find(unit, CUSTOM_OBJECT_TYPES, wanted) is None:
        problems.add("not_found", name)


def _check_room(siblings: Sequence[CustomField]) -> None:
    if len(siblings) >= MAX_FIELDS:
        raise RefusedError(f"There are {MAX_FIELDS} custom fields already.")


async def _check_type_id(unit: Unit, noun: str, type_id: bytes | None, problems: Problems) -> None:
    """Activities and objects have the fields of a custom type; everything else has no types."""
    table = _TYPES_OF.get(noun)
    if table is None:
        return
    if type_id is None:
        problems.add("required", "type_id")
    elif await rows.find(unit, table, type_id) is None:
        problems.add("not_found", "type_id")


async def _namesakes(unit: Unit, field: CustomField, name: str) -> list[CustomField]:
    """The other fields of that name wherever the field belongs."""
    return await rows.select(
        unit,
        CUSTOM_FIELDS,
        "AND name = %(name)s AND id <> %(id)s AND ("
        "noun = %(noun)s AND type_id IS NOT DISTINCT FROM %(type_id)s::bytea "
        "OR id IN (SELECT o.field_id FROM custom_field_associations o "
        "WHERE o.organization_id = %(organization_id)s AND o.noun = %(noun)s "
        "AND o.type_id IS NOT DISTINCT FROM %(type_id)s::bytea) "
        "OR EXISTS (SELECT 1 FROM custom_field_associations a "
        "WHERE a.organization_id = %(organization_id)s AND a.field_id = %(id)s "
        "AND a.noun = custom_fields.noun "
        "AND a.type_id IS NOT DISTINCT FROM custom_fields.type_id))",
        name=name,
        id=field.id,
        noun=field.noun,
        type_id=field.type_id,
    )


async def _siblings(unit: Unit, noun: str, type_id: bytes | None) -> list[CustomField]:
    """The fields among which a new one must have a name of its own."""
    if noun == SHARED:
        return await rows.select(unit, CUSTOM_FIELDS, "AND noun = 'shared' ORDER BY rank, id")
    return await fields_of(unit, noun, type_id)  # type: ignore[arg-type]  # only FieldNouns are left


def _next_rank(fields: Iterable[CustomField]) -> int:
    return max((field.rank for field in fields), default=-1) + 1
