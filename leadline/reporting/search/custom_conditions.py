"""What can be asked of the values of custom fields, and how they are sorted."""

from __future__ import annotations

from datetime import datetime

from leadline.features.custom_fields.inputs import MULTIPLE
from leadline.features.custom_fields.references import reference_to
from leadline.kernel.errors import RefusedError
from leadline.kernel.times import utc_text
from leadline.reporting.search.field_conditions import (
    days_of,
    number_sql,
    one_of_sql,
    supports,
    text_sql,
)
from leadline.reporting.search.nouns import FieldSpec, Kind
from leadline.reporting.search.parameters import Parameters
from leadline.reporting.search.tree import (
    CustomFieldOf,
    IsSet,
    MomentRange,
    NumberRange,
    OneOf,
    Test,
    TextTest,
)

_KINDS: dict[str, Kind] = {
    "text": "text",
    "textarea": "text",
    "hidden": "text",
    "number": "number",
    "date": "day",
    "datetime": "moment",
    "choices": "choice",
    "user": "reference",
    "contact": "reference",
    "custom_object": "reference",
}


def kind_of(field_type: str) -> Kind:
    """The kind of the values of custom fields of a type."""
    return _KINDS[field_type]


def custom_sql(column: str, field: CustomFieldOf, test: Test, parameters: Parameters) -> str:
    """The condition on the column that has the custom values."""
    kind = kind_of(field.type)
    if not supports(kind, test):
        raise RefusedError(
            f"A custom field of the type {field.type} does not support this condition."
        )
    key = parameters.add(field.field_id.hex(), "text")
    if isinstance(test, IsSet):
        return f"{column} ? {key}"
    value = _scalar(column, key, kind)
    if field.type in MULTIPLE:
        # A list or, of older days, a single value.
        values = f"{column} -> {key}"
        if isinstance(test, OneOf):
            wanted = parameters.add(_spelled(field.type, test), "text[]")
            return f"{column} ? {key} AND ({values}) ?| {wanted}"
        each = _test("e.value", kind, test, parameters)
        return (
            f"{column} ? {key} AND EXISTS (SELECT 1 FROM jsonb_array_elements_text("
            f"CASE jsonb_typeof({values}) WHEN 'array' THEN {values} "
            f"ELSE jsonb_build_array({values}) END) AS e(value) WHERE {each})"
        )
    return _test(value, kind, test, parameters)


def sort_spec(column: str, field: CustomFieldOf, parameters: Parameters) -> FieldSpec:
    """The value as something to sort by, which lists and references are not."""
    if field.type in MULTIPLE:
        raise RefusedError("Only text, number and date fields can be sorted by.")
    kind = kind_of(field.type)
    value = _scalar(column, parameters.add(field.field_id.hex(), "text"), kind)
    return FieldSpec("number" if kind == "number" else "text", value)


def _scalar(column: str, key: str, kind: Kind) -> str:
    if kind == "number":
        return (
            f"CASE WHEN jsonb_typeof({column} -> {key}) = 'number' "
            f"THEN ({column} -> {key})::numeric END"
        )
    return f"({column} ->> {key})"


def _test(value: str, kind: Kind, test: Test, parameters: Parameters) -> str:
    if isinstance(test, TextTest):
        return text_sql(value, test, parameters)
    if isinstance(test, OneOf):
        return one_of_sql(f"({value})", kind, test, parameters)
    if isinstance(test, NumberRange):
        return number_sql(f"({value})", test, parameters)
    return _dates(value, kind, test, parameters) if isinstance(test, MomentRange) else "false"


def _dates(value: str, kind: Kind, test: MomentRange, parameters: Parameters) -> str:
    """Dates are kept as text that has their order."""
    if kind == "day":
        first, after = (None if day is None else day.isoformat() for day in days_of(test))
    else:
        first, after = (_instant(bound) for bound in (test.on_or_after, test.before))
    parts = [
        f'{value} COLLATE "C" {sign} {parameters.add(bound, "text")}'
        for sign, bound in ((">=", first), ("<", after))
        if bound is not None
    ]
    return "(" + (" AND ".join(parts) or f"{value} IS NOT NULL") + ")"


def _instant(bound: datetime | None) -> str | None:
    """As values of the type are kept: see ``features/custom_fields/inputs.py``."""
    return None if bound is None else utc_text(bound) + "+00:00"


def _spelled(field_type: str, test: OneOf) -> list[str]:
    """The values as they are kept."""
    return [
        reference_to(field_type, value) if isinstance(value, bytes) else str(value)
        for value in test.values
    ]
