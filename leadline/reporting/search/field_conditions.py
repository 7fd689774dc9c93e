"""What can be asked of one field, by the kind of the field."""

from __future__ import annotations

import re
from datetime import UTC, date
from decimal import Decimal

from leadline.kernel.errors import RefusedError
from leadline.platform import phone_numbers
from leadline.reporting.search.nouns import FieldSpec, Kind
from leadline.reporting.search.parameters import Parameters
from leadline.reporting.search.tree import (
    IsSet,
    IsTrue,
    MomentRange,
    NumberRange,
    OneOf,
    Test,
    TextTest,
)
from leadline.reporting.search.words import digits_of, patterns_of, trimmed

MAX_VALUES = 1000
# The last four digits are how people tell numbers apart.
_PHONE_DIGITS = 3
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

# What can be asked of each kind of field; whether there is a value can be asked of all.
TESTS: dict[Kind, tuple[type, ...]] = {
    "text": (TextTest, OneOf),
    "choice": (TextTest, OneOf),
    "number": (NumberRange, OneOf),
    "moment": (MomentRange,),
    "day": (MomentRange,),
    "due": (MomentRange,),
    "reference": (OneOf,),
    "flag": (IsTrue,),
}


def supports(kind: Kind, test: Test) -> bool:
    """Whether that can be asked of a field of that kind."""
    if isinstance(test, OneOf):
        wanted = {"number": Decimal, "reference": bytes}.get(kind, str)
        return OneOf in TESTS[kind] and all(isinstance(value, wanted) for value in test.values)
    return isinstance(test, (IsSet, *TESTS[kind]))


def field_sql(spec: FieldSpec, test: Test, parameters: Parameters) -> str:
    """The condition; ``{a}`` in it stands for the row. RefusedError when that cannot be asked."""
    if not supports(spec.kind, test):
        raise RefusedError(f"A field of the type {spec.kind} does not support this condition.")
    if spec.day and isinstance(test, MomentRange):
        instant = _moments(spec.sql, test, parameters)
        day = _days(spec.day, test, parameters)
        return f"CASE WHEN {spec.day} IS NULL THEN {instant} ELSE {day} END"
    sql = _phone(spec.sql, test, parameters) if spec.is_phone else None
    sql = sql or _sql(spec, test, parameters)
    return spec.through.replace("{test}", sql) if spec.through else sql


def _sql(spec: FieldSpec, test: Test, parameters: Parameters) -> str:
    exact = _exact_values(test) if spec.is_lower else None
    if exact is not None:
        lowered = [trimmed(value).lower() for value in exact]
        return f"{spec.sql} = ANY({parameters.add(lowered, 'text[]')})"
    if isinstance(test, TextTest):
        return text_sql(spec.sql, test, parameters)
    if isinstance(test, OneOf):
        return one_of_sql(spec.sql, spec.kind, test, parameters)
    if isinstance(test, NumberRange):
        return number_sql(spec.sql, test, parameters)
    if isinstance(test, MomentRange):
        make = _days if spec.kind == "day" else _moments
        return make(spec.sql, test, parameters)
    if isinstance(test, IsTrue):
        return spec.sql if test.value else f"({spec.sql}) IS NOT TRUE"
    if spec.kind in ("text", "choice"):
        return f"nullif({spec.sql}, '') IS NOT NULL"
    return f"{spec.sql} IS NOT NULL"


def _exact_values(test: Test) -> list[str] | None:
    """The whole values that are asked for, if they are. An e-mail address is one."""
    if isinstance(test, TextTest):
        is_address = test.mode != "beginning_of_words" and _ADDRESS.fullmatch(test.value.strip())
        return [test.value] if test.mode == "exact_value" or is_address else None
    return [str(value) for value in test.values] if isinstance(test, OneOf) else None


def text_sql(sql: str, test: TextTest, parameters: Parameters) -> str:
    if test.mode == "exact_value":
        return f"lower({sql}) = lower({parameters.add(trimmed(test.value), 'text')})"
    patterns = patterns_of(test, parameters.country)
    return "(" + (matches(sql, patterns, parameters) or "true") + ")"


def matches(sql: str, patterns: list[str], parameters: Parameters) -> str:
    return " AND ".join(f"{sql} ~* {parameters.add(each, 'text')}" for each in patterns)


def one_of_sql(sql: str, kind: str, test: OneOf, parameters: Parameters) -> str:
    if len(test.values) > MAX_VALUES:
        raise RefusedError(f"A field can be compared with at most {MAX_VALUES} values.")
    values = list(test.values)
    if kind == "reference":
        return f"{sql} = ANY({parameters.add(values, 'bytea[]')})"
    if kind == "number":
        return f"{sql} = ANY({parameters.add(values, 'numeric[]')})"
    places = parameters.add(values, "text[]")
    return f"lower({sql}) IN (SELECT lower(value) FROM unnest({places}) AS given (value))"


def number_sql(sql: str, test: NumberRange, parameters: Parameters) -> str:
    bounds = ((">", test.gt), (">=", test.gte), ("<", test.lt), ("<=", test.lte))
    return _bounded(sql, "numeric", bounds, parameters)


def _moments(sql: str, test: MomentRange, parameters: Parameters) -> str:
    bounds = ((">=", test.on_or_after), ("<", test.before))
    return _bounded(sql, "timestamptz", bounds, parameters)


def _days(sql: str, test: MomentRange, parameters: Parameters) -> str:
    first, after = days_of(test)
    return _bounded(sql, "date", ((">=", first), ("<", after)), parameters)


def days_of(test: MomentRange) -> tuple[date | None, date | None]:
    """The first day and the day after the last; where nobody has said them, those of UTC."""
    first, after = test.first_day, test.day_after
    if first is None and test.on_or_after is not None:
        first = test.on_or_after.astimezone(UTC).date()
    if after is None and test.before is not None:
        after = test.before.astimezone(UTC).date()
    return first, after


def _bounded(
    sql: str,
    kind: str,
    bounds: tuple[tuple[str, Decimal | date | None], ...],
    parameters: Parameters,
) -> str:
    parts = [
        f"{sql} {sign} {parameters.add(bound, kind)}" for sign, bound in bounds if bound is not None
    ]
    return "(" + (" AND ".join(parts) or f"{sql} IS NOT NULL") + ")"


def _phone(sql: str, test: Test, parameters: Parameters) -> str | None:
    """Phones are found however they are typed: as a whole number, or by a part of it."""
    if not isinstance(test, TextTest):
        return None
    value = trimmed(test.value)
    number = phone_numbers.to_e164(value, parameters.country)
    digits = digits_of(value, _PHONE_DIGITS)
    parts = []
    if number is not None:
        # An extension is not always typed.
        parts.append(
            f"({sql} = {parameters.add(number, 'text')} "
            f"OR {sql} LIKE {parameters.add(f'{number}x%', 'text')})"
        )
    is_whole = test.mode == "exact_value" or (number is not None and value.startswith("+"))
    if digits is not None and not is_whole:
        parts.append(f"{sql} LIKE {parameters.add(f'%{digits}%', 'text')}")
    return f"({' OR '.join(parts)})" if parts else None
