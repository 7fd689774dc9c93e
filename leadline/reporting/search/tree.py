"""What is searched for, as a tree that no dialect owns.

Both ways to ask (a text such as ``status:"Potential" sort:-created`` and a structured query) become
this tree, and ``conditions.py`` makes SQL of it. Ids are ours, moments are instants: whatever
depends on who asks and when ("me", "yesterday") is settled before.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

# What can be searched for or hang on what is: the keys of ``fields.CATALOGUE``.
Noun = str
TextMode = Literal["full_words", "phrase", "beginning_of_words", "exact_value"]


class Field(msgspec.Struct, frozen=True):
    """A field by its name in ``fields.CATALOGUE[noun]``."""

    noun: Noun
    name: str


class CustomFieldOf(msgspec.Struct, frozen=True):
    """The values that objects of a noun have for a custom field; ``type`` is the field's."""

    noun: Noun
    field_id: bytes
    type: str


# What can be asked of one field.


class TextTest(msgspec.Struct, frozen=True):
    """Case does not matter. An exact value is the whole text."""

    value: str
    mode: TextMode = "full_words"


class OneOf(msgspec.Struct, frozen=True):
    """The value, or one of several values, is one of these: choices, ids of ours, numbers."""

    values: tuple[str | bytes | Decimal, ...]


class IsSet(msgspec.Struct, frozen=True):
    """There is a value, and it is not empty."""


class IsTrue(msgspec.Struct, frozen=True):
    value: bool = True


class NumberRange(msgspec.Struct, frozen=True):
    gt: Decimal | None = None
    gte: Decimal | None = None
    lt: Decimal | None = None
    lte: Decimal | None = None


class MomentRange(msgspec.Struct, frozen=True):
    """Half open: from ``on_or_after``, up to but without ``before``.

    Where the field is a mere day, ``first_day`` and ``day_after`` are what those instants mean in
    the caller's calendar.
    """

    on_or_after: datetime | None = None
    before: datetime | None = None
    first_day: date | None = None
    day_after: date | None = None


Test = TextTest | OneOf | IsSet | IsTrue | NumberRange | MomentRange


# The tree.


class All(msgspec.Struct, frozen=True):
    """Every query fits; without any, everything does."""

    queries: tuple[Query, ...] = ()


class AnyOf(msgspec.Struct, frozen=True):
    """At least one query fits; without any, nothing does."""

    queries: tuple[Query, ...] = ()


class Not(msgspec.Struct, frozen=True):
    query: Query


class HasId(msgspec.Struct, frozen=True):
    ids: tuple[bytes, ...]


class HasText(msgspec.Struct, frozen=True):
    """The words stand somewhere in the texts of the object (of a lead: in its contacts too)."""

    test: TextTest


class FieldTest(msgspec.Struct, frozen=True):
    field: Field | CustomFieldOf
    test: Test


class HasRelated(msgspec.Struct, frozen=True):
    """There is a related object that the query fits."""

    noun: Noun
    query: Query


class WasInStage(msgspec.Struct, frozen=True):
    """The lead or opportunity was in one of the stages at some time of the period."""

    stage_ids: tuple[bytes, ...]
    on_or_after: datetime | None = None
    before: datetime | None = None


Query = All | AnyOf | Not | HasId | HasText | FieldTest | HasRelated | WasInStage


class SortKey(msgspec.Struct, frozen=True):
    field: Field | CustomFieldOf
    is_descending: bool = False


class Slice(msgspec.Struct, frozen=True):
    """One of ``count`` parts of all matches, each of them always in the same one; from 1 on."""

    number: int
    count: int


class Search(msgspec.Struct, frozen=True):
    """``noun`` is what is looked for. Without a sort key the order is that of creation."""

    noun: Noun
    query: Query = All()
    sort: tuple[SortKey, ...] = ()
    slice: Slice | None = None
