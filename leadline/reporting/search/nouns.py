"""What nouns and their fields are made of, for the catalogue of what can be searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from leadline.store.tables import Table

# "due" is a day or an instant, whichever the object has.
Kind = Literal["text", "choice", "number", "moment", "day", "due", "reference", "flag"]

ORGANIZATION = "{a}.organization_id = %(organization_id)s"


class FieldSpec(msgspec.Struct, frozen=True):
    """A field as SQL, in which ``{a}`` stands for the row that has it.

    ``through`` is there when the value stands in another table: the whole condition, with the
    place of the test of ``sql`` as ``{test}``. ``day`` is the column of the day of a "due" field.
    ``is_lower``: the text is kept in lower case, so that an index can find it. ``is_phone``: it is
    a phone number, which people type in many ways.
    """

    kind: Kind
    sql: str
    through: str = ""
    day: str = ""
    is_lower: bool = False
    is_phone: bool = False

    @property
    def is_sortable(self) -> bool:
        """Objects are sorted by what stands on them and has an order that people expect."""
        return not self.through and self.kind not in ("reference", "flag")


class NounSpec(msgspec.Struct, frozen=True):
    """Where the objects of a noun are found, and what is known of them.

    ``source`` is what stands after FROM, ``where`` the rows that count. ``keys`` are columns that
    name objects of other nouns. A noun without a table has no objects yet; ``part_of`` is the noun
    whose row (``{p}``) the objects are a part of, where they are no rows of a table of their own.
    ``texts`` are what free text is looked for in; ``custom`` says that there are custom values.
    """

    table: str = ""
    fields: Mapping[str, FieldSpec] = {}
    source: str = ""
    where: str = ORGANIZATION
    keys: Mapping[str, str] = {}
    texts: tuple[str, ...] = ()
    custom: bool = False
    part_of: str = ""

    @property
    def is_stored(self) -> bool:
        return bool(self.table or self.part_of)


def text(sql: str) -> FieldSpec:
    return FieldSpec("text", sql)


def choice(sql: str) -> FieldSpec:
    return FieldSpec("choice", sql)


def number(sql: str) -> FieldSpec:
    return FieldSpec("number", sql)


def moment(sql: str) -> FieldSpec:
    return FieldSpec("moment", sql)


def reference(sql: str) -> FieldSpec:
    return FieldSpec("reference", sql)


def flag(sql: str) -> FieldSpec:
    return FieldSpec("flag", sql)


def of_stage(column: str, what: str) -> FieldSpec:
    """A property of the stage that a column names. There are few stages: they are found first."""
    return FieldSpec(
        "choice",
        f"s.{what}",
        through=f"{{a}}.{column} IN (SELECT s.id FROM stages s "
        "WHERE s.organization_id = %(organization_id)s AND {test})",
    )


def original_stage(of_it: str, kind: str) -> FieldSpec:
    """The stage that ``{a}`` was created in; ``of_it`` finds its transitions."""
    return reference(
        "(SELECT t.stage_id FROM stage_transitions t "
        f"WHERE t.organization_id = %(organization_id)s AND t.kind = '{kind}' AND {of_it} "
        "ORDER BY t.created_at, t.id LIMIT 1)"
    )


def counted(table: str, where: str = "", what: str = "count(*)") -> str:
    """A figure over the rows of a table that stand on the lead ``{a}``."""
    return (
        f"(SELECT {what} FROM {table} n WHERE n.organization_id = %(organization_id)s "
        f"AND n.lead_id = {{a}}.id{where})"
    )


# A task of a mere day is due from the first moment of that day in UTC.
DUE = "coalesce({a}.due_at, {a}.due_on::timestamp AT TIME ZONE 'UTC')"

# The columns that name an object, by the noun of that object.
_KEYS = {
    "lead": "lead_id",
    "contact": "contact_id",
    "opportunity": "opportunity_id",
    "task": "task_id",
}


def with_article(noun: str) -> str:
    """The noun as a text names it: "an opportunity"."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun.replace('_', ' ')}"


def stored_in(
    table: Table[Any],
    fields: Mapping[str, FieldSpec],
    *,
    where: str = ORGANIZATION,
    texts: tuple[str, ...] = (),
) -> NounSpec:
    """A noun with a table of its own, whose columns say what its objects belong to."""
    return NounSpec(
        table=table.name,
        fields=fields,
        where=where,
        keys={noun: f"{{a}}.{column}" for noun, column in _KEYS.items() if column in table.columns},
        texts=texts,
        custom="custom" in table.columns,
    )


DATES: dict[str, FieldSpec] = {
    "id": reference("{a}.id"),
    "date_created": moment("{a}.created_at"),
    "date_updated": moment("{a}.updated_at"),
}
PEOPLE: dict[str, FieldSpec] = {
    "created_by": reference("{a}.created_by"),
    "updated_by": reference("{a}.updated_by"),
}
ON_LEAD: dict[str, FieldSpec] = {"lead_id": reference("{a}.lead_id")}
ON_CONTACT: dict[str, FieldSpec] = {"contact_id": reference("{a}.contact_id")}
HAPPENED: dict[str, FieldSpec] = {
    "activity_at": moment("{a}.happened_at"),
    "date": moment("{a}.happened_at"),
}
OF_USER: dict[str, FieldSpec] = {"user_id": reference("{a}.user_id")}
