"""What values in a search text mean: texts, numbers, dates, users and statuses by their names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from leadline.dialects.close.query.directions import stored_choice
from leadline.dialects.close.query.text_dates import DateSign, Period, between, read_period, within
from leadline.dialects.close.query.text_fields import did_you_mean, prefix_of
from leadline.dialects.close.query.text_syntax import Comparison, Value
from leadline.dialects.close.query.text_tokens import refuse, shorten
from leadline.features.custom_fields.references import PREFIXES
from leadline.features.custom_fields.tables import CUSTOM_FIELDS, SHARED, CustomField
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Kind
from leadline.features.tasks.queries import Calendar
from leadline.features.users.queries import Member, list_members
from leadline.kernel.errors import RefusedError
from leadline.kernel.ids import parse_prefixed
from leadline.reporting.search.tree import (
    AnyOf,
    CustomFieldOf,
    Field,
    FieldTest,
    HasId,
    IsSet,
    IsTrue,
    MomentRange,
    NumberRange,
    OneOf,
    Query,
    Search,
    Test,
    TextTest,
)
from leadline.store import rows
from leadline.store.unit import Unit

MAX_DIGITS = 30
MAX_TOLD = 12
_YES = ("true", "yes", "1")
_NO = ("false", "no", "0")
_ORDERED = (">", ">=", "<", "<=", "range")

# Finds a saved search by its id or its name.
Named = Callable[[bytes | str], Awaitable[Search]]


class SearchContext:
    """Who searches, where and when. Names of theirs are fetched once, when first needed."""

    def __init__(self, unit: Unit, calendar: Calendar, named: Named) -> None:
        self.unit = unit
        self.calendar = calendar
        self.saved_search = named
        self._books: dict[Kind, StageBook] = {}
        self._members: list[Member] | None = None
        self._fields: list[CustomField] | None = None

    async def book(self, kind: Kind) -> StageBook:
        if kind not in self._books:
            self._books[kind] = await stage_book(self.unit, kind)
        return self._books[kind]

    async def members(self) -> list[Member]:
        if self._members is None:
            self._members = await list_members(self.unit)
        return self._members

    async def fields_of(self, noun: str) -> list[CustomField]:
        """The custom fields that objects of the noun may have, its own first."""
        if self._fields is None:
            self._fields = await rows.select(self.unit, CUSTOM_FIELDS, "ORDER BY id")
        found = [field for field in self._fields if field.noun in (noun, SHARED)]
        return sorted(found, key=lambda field: field.is_shared)


async def read_test(
    context: SearchContext, target: Field | CustomFieldOf, kind: str, comparison: Comparison
) -> Query:
    """The condition on a field; what is not equal is left to be negated."""
    if comparison.sign in _ORDERED and kind in ("text", "choice", "reference", "flag"):
        words = f"{shorten(comparison.name.text)} cannot be compared with {_shown(comparison)}."
        raise refuse(comparison.name.at, words)
    if kind == "number":
        return FieldTest(target, _number_test(comparison))
    if kind in ("moment", "day", "due"):
        return _any_of(target, _moment_tests(context, comparison))
    if kind == "flag":
        return _any_of(target, [IsTrue(_read_flag(value)) for value in comparison.values])
    if kind == "reference":
        ids = [
            each for value in comparison.values for each in await read_ids(context, target, value)
        ]
        if isinstance(target, Field) and target.name == "id":
            return HasId(tuple(ids))
        return FieldTest(target, OneOf(tuple(dict.fromkeys(ids))))
    if kind == "choice" and not any("*" in value.text for value in comparison.values):
        found = (stored_choice(target, value.text.strip()) for value in comparison.values)
        return FieldTest(target, OneOf(tuple(found)))
    is_exact = comparison.sign in ("=", "!=")
    tests = [_text_test_of(target, value, is_exact=is_exact) for value in comparison.values]
    return _any_of(target, tests)


def _shown(comparison: Comparison) -> str:
    return "a range" if comparison.sign == "range" else f'"{comparison.sign}"'


def _any_of(target: Field | CustomFieldOf, tests: Iterable[Test]) -> Query:
    found = tuple(FieldTest(target, test) for test in tests)
    return found[0] if len(found) == 1 else AnyOf(found)


# Texts.


def _text_test_of(target: Field | CustomFieldOf, value: Value, *, is_exact: bool) -> TextTest:
    text = value.text.strip()
    is_email = isinstance(target, Field) and target.name == "email"
    if is_email and "@" in text[1:] and "*" not in text:
        return TextTest(text.lower(), "exact_value")
    return text_test(value, is_exact=is_exact)


def text_test(value: Value, *, is_exact: bool = False) -> TextTest:
    """The words; in quotation marks a phrase, with a star after them their beginnings."""
    text = value.text.strip()
    if text.endswith("*"):
        if "*" in text[:-1] or len(text) == 1:
            raise refuse(value.at, f"* can only stand at the end, not as in {shorten(text)}.")
        return TextTest(text[:-1], "beginning_of_words")
    if "*" in text and not value.is_quoted:
        raise refuse(value.at, f"* can only stand at the end, not as in {shorten(text)}.")
    if not text:
        raise refuse(value.at, "the text to search for is empty.")
    if is_exact:
        return TextTest(text, "exact_value")
    return TextTest(text, "phrase" if value.is_quoted else "full_words")


# Numbers.


def _read_number(value: Value) -> Decimal:
    text = value.text.strip()
    try:
        number = Decimal(text) if len(text) <= MAX_DIGITS and text.isascii() else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise refuse(value.at, f"{shorten(text)} is not a number.")
    return number


def _number_test(comparison: Comparison) -> NumberRange | OneOf:
    if comparison.sign == "range":
        low, high = (
            None if value.is_anything else _read_number(value) for value in comparison.values
        )
        return NumberRange(gte=low, lte=high)
    numbers = [_read_number(value) for value in comparison.values]
    if comparison.sign == ">":
        return NumberRange(gt=numbers[0])
    if comparison.sign == ">=":
        return NumberRange(gte=numbers[0])
    if comparison.sign == "<":
        return NumberRange(lt=numbers[0])
    if comparison.sign == "<=":
        return NumberRange(lte=numbers[0])
    return OneOf(tuple(numbers))


# Dates.


def read_date(context: SearchContext, value: Value) -> Period:
    """What a date means where and when it is said; RefusedError when it is none."""
    found = read_period(value.text, context.unit.now, context.calendar)
    if found is None:
        words = (
            f"{shorten(value.text)} is not a date. Dates are 2026-05-17, 2026-05-17T10:30, today, "
            'yesterday, "this week", "last month", "7 days ago", "3 days from now".'
        )
        raise refuse(value.at, words)
    return found


def at_moment(context: SearchContext, value: Value) -> MomentRange:
    """The whole of a day, month ..., and of an instant nothing but its beginning."""
    period = read_date(context, value)
    if period.is_instant:
        period = Period(period.start, period.start + timedelta(microseconds=1))
    return within(period, "=", context.calendar.offset)


def _moment_tests(context: SearchContext, comparison: Comparison) -> list[MomentRange]:
    offset = context.calendar.offset
    if comparison.sign == "range":
        low, high = (
            None if value.is_anything else read_date(context, value) for value in comparison.values
        )
        return [between(low, high, offset)]
    sign: DateSign = "=" if comparison.sign in (":", "!=") else comparison.sign  # type: ignore[assignment]  # these are left
    return [within(read_date(context, value), sign, offset) for value in comparison.values]


def _read_flag(value: Value) -> bool:
    word = value.text.strip().lower()
    if word not in (*_YES, *_NO):
        raise refuse(value.at, f"{shorten(value.text)} is neither true nor false.")
    return word in _YES


# Ids and names.


async def read_ids(
    context: SearchContext, target: Field | CustomFieldOf, value: Value
) -> list[bytes]:
    """What the value refers to by an id or, of users, statuses and pipelines, by a name."""
    prefix = PREFIXES[target.type] if isinstance(target, CustomFieldOf) else prefix_of(target)
    text = value.text.strip()
    found = parse_prefixed(prefix, text)
    if found is not None:
        return [found]
    if prefix == "user":
        return await _users(context, value)
    if prefix in ("stat", "pipe") and isinstance(target, Field):
        kind: Kind = "opportunity" if target.noun.startswith("opportunity") else "lead"
        book = await context.book(kind)
        read = _stages if prefix == "stat" else _pipelines
        return read(book, kind, value)
    raise refuse(value.at, f"{shorten(text)} is not an id that begins with {prefix}_.")


async def _users(context: SearchContext, value: Value) -> list[bytes]:
    """Everybody of that name or address; "me" is whoever asks."""
    wanted = " ".join(value.text.lower().split())
    if wanted == "me":
        return [context.unit.scope.require_user()]
    members = await context.members()
    for spell in (_email, _full_name, _first_name):
        found = [member.id for member in members if spell(member).lower() == wanted]
        if found:
            return found
    names = [spell(member) for spell in (_full_name, _email) for member in members]
    raise _unknown(value, "user", names)


def _email(member: Member) -> str:
    return member.email


def _full_name(member: Member) -> str:
    return member.full_name


def _first_name(member: Member) -> str:
    return member.first_name


def _stages(book: StageBook, kind: Kind, value: Value) -> list[bytes]:
    """Statuses with that label, retired ones too; of opportunities, else those of that type."""
    wanted = value.text.strip().lower()
    found = [stage.id for stage in book.stages if stage.name.lower() == wanted]
    if not found and kind == "opportunity":
        found = [stage.id for stage in book.stages if stage.type == wanted]
    if not found:
        names = [stage.name for stage in book.stages]
        raise _unknown(value, f"{kind} status", names)
    return found


def _pipelines(book: StageBook, kind: Kind, value: Value) -> list[bytes]:
    wanted = value.text.strip().lower()
    found = [each.id for each in book.pipelines.values() if each.name.lower() == wanted]
    if not found:
        names = [pipeline.name for pipeline in book.pipelines.values()]
        raise _unknown(value, f"{kind} pipeline", names)
    return found


def _unknown(value: Value, what: str, names: list[str]) -> RefusedError:
    hint = did_you_mean(value.text, names)
    if not hint and 0 < len(names) <= MAX_TOLD:
        hint = " Possible values: " + ", ".join(f'"{name}"' for name in dict.fromkeys(names)) + "."
    return refuse(value.at, f'there is no {what} "{shorten(value.text)}".{hint}')


def is_any_value(comparison: Comparison) -> bool:
    """``field:*``"""
    return comparison.sign in (":", "=", "!=") and comparison.values[0].is_anything


def is_no_value(comparison: Comparison) -> bool:
    """``field:""``"""
    return comparison.sign in (":", "=", "!=") and comparison.values[0].text == ""


def any_value(target: Field | CustomFieldOf) -> Query:
    return FieldTest(target, IsSet())
