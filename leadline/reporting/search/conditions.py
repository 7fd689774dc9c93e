"""From what is searched for to a condition on rows.

Names of tables and columns come from the catalogue, values only ever go into parameters. A
condition is true, false or, where an object has no such value, null, which "not" takes for false.
"""

from __future__ import annotations

from itertools import count

from leadline.kernel.errors import RefusedError
from leadline.reporting.search.custom_conditions import custom_sql
from leadline.reporting.search.field_conditions import field_sql
from leadline.reporting.search.fields import field_of, link_between, spec_of
from leadline.reporting.search.nouns import with_article
from leadline.reporting.search.parameters import Parameters
from leadline.reporting.search.texts import has_text_sql
from leadline.reporting.search.tree import (
    All,
    AnyOf,
    CustomFieldOf,
    FieldTest,
    HasId,
    HasRelated,
    HasText,
    Not,
    Noun,
    Query,
    Search,
    WasInStage,
)
from leadline.store.conditions import Condition
from leadline.store.unit import Unit

MAX_DEPTH = 20
MAX_NODES = 300
MAX_IDS = 10_000
MAX_SLICES = 1000
# Each may have to read a whole table, or all texts.
MAX_RELATED = 30
MAX_TEXTS = 10
# Beyond this many joins the planner takes seconds; the rest become subqueries it does not reorder.
_JOINED = 10


def condition_for(unit: Unit, search: Search) -> Condition:
    """The SQL condition on the searched table, which it refers to by name.

    The slice is part of it, the order is not. RefusedError when the search asks for what is not
    there, or for too much.
    """
    spec = spec_of(search.noun)
    if not spec.table:
        raise RefusedError(f"Objects of the type {search.noun} cannot be searched for.")
    builder = _ConditionBuilder(Parameters(unit.scope.country))
    sql = builder.query(search.noun, spec.table, "", search.query, 1)
    if search.slice is not None:
        sql += " AND " + builder.slice(spec.table, search.slice.number, search.slice.count)
    return Condition(f"({sql})".encode(), builder.parameters.values)


class _ConditionBuilder:
    """Builds one condition. ``row`` is the SQL name of the object that is tested, ``whole`` that of
    the object it is a part of."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._nodes = 0
        self._texts = 0
        self._related = 0
        self._aliases = count(1)

    def query(self, noun: Noun, row: str, whole: str, query: Query, depth: int) -> str:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise RefusedError(
                f"The query is too large: it can have at most {MAX_NODES} parts, nested at most "
                f"{MAX_DEPTH} levels deep."
            )
        if isinstance(query, All | AnyOf):
            word, none = (" AND ", "true") if isinstance(query, All) else (" OR ", "false")
            parts = [self.query(noun, row, whole, each, depth + 1) for each in query.queries]
            return f"({word.join(parts)})" if parts else none
        if isinstance(query, Not):
            return self._not(noun, row, whole, query.query, depth)
        if isinstance(query, HasRelated):
            return self._has_related(noun, row, query, depth)
        return self._leaf(noun, row, whole, query)

    def _leaf(
        self, noun: Noun, row: str, whole: str, query: HasId | HasText | FieldTest | WasInStage
    ) -> str:
        if isinstance(query, FieldTest):
            return self._field(noun, row, whole, query)
        if isinstance(query, HasText):
            self._texts += 1
            if self._texts > MAX_TEXTS:
                raise RefusedError(f"A query can search for at most {MAX_TEXTS} texts.")
            return has_text_sql(noun, row, query.test, self.parameters)
        if isinstance(query, WasInStage):
            return self._was_in_stage(noun, row, query)
        if len(query.ids) > MAX_IDS:
            raise RefusedError(f"A query can name at most {MAX_IDS} objects.")
        return f"{row}.id = ANY({self.parameters.add(list(query.ids), 'bytea[]')})"

    def _not(self, noun: Noun, row: str, whole: str, query: Query, depth: int) -> str:
        inner = self.query(noun, row, whole, query, depth + 1)
        # An anti-join is quick; the others may be null.
        is_never_null = isinstance(query, HasRelated)
        return f"NOT ({inner})" if is_never_null else f"({inner}) IS NOT TRUE"

    def _field(self, noun: Noun, row: str, whole: str, query: FieldTest) -> str:
        field = query.field
        if field.noun != noun:
            other = with_article(field.noun[:100])
            raise RefusedError(f"{with_article(noun).capitalize()} has no field of {other}.")
        if isinstance(field, CustomFieldOf):
            if not spec_of(noun).custom:
                raise RefusedError(f"{with_article(noun).capitalize()} has no custom fields.")
            return custom_sql(f"{row}.custom", field, query.test, self.parameters)
        spec = field_of(noun, field.name)
        sql = field_sql(spec, query.test, self.parameters)
        return sql.replace("{a}", row).replace("{p}", whole)

    def _has_related(self, noun: Noun, row: str, query: HasRelated, depth: int) -> str:
        spec = spec_of(query.noun)
        link = link_between(noun, query.noun)
        if link is None:
            words = f"has no related objects of the type {query.noun}."
            raise RefusedError(f"{with_article(noun).capitalize()} {words}")
        self._related += 1
        if self._related > MAX_RELATED:
            raise RefusedError(
                f"A query can have at most {MAX_RELATED} conditions on related objects."
            )
        is_joined = self._related <= _JOINED
        alias = f"r{next(self._aliases)}"
        inner = self.query(query.noun, alias, row, query.query, depth + 1)
        if not spec.is_stored:
            return "false"
        source = spec.source or f"{spec.table} {{a}}"
        found = f"{source} WHERE {spec.where}".replace("{a}", alias).replace("{p}", row)
        link = link.replace("{r}", alias).replace("{p}", row)
        exists = f"EXISTS (SELECT 1 FROM {found} AND {link} AND {inner})"
        return exists if is_joined else f"({exists}) IS TRUE"

    def _was_in_stage(self, noun: Noun, row: str, query: WasInStage) -> str:
        """There is a transition into the stage that was not followed by another too early."""
        if noun not in ("lead", "opportunity"):
            raise RefusedError(f"{with_article(noun).capitalize()} has no status.")
        alias = f"r{next(self._aliases)}"
        of_same = f"{{t}}.organization_id = %(organization_id)s AND {{t}}.kind = '{noun}' AND "
        of_same += (
            f"{{t}}.lead_id = {row}.id"
            if noun == "lead"
            else f"{{t}}.lead_id = {row}.lead_id AND {{t}}.opportunity_id = {row}.id"
        )
        into = f"{of_same.format(t=alias)} AND {alias}.stage_id = ANY("
        into += f"{self.parameters.add(list(query.stage_ids), 'bytea[]')})"
        if query.before is not None:
            into += f" AND {alias}.created_at < {self.parameters.add(query.before, 'timestamptz')}"
        if query.on_or_after is not None:
            since = self.parameters.add(query.on_or_after, "timestamptz")
            into += (
                f" AND NOT EXISTS (SELECT 1 FROM stage_transitions {alias}_n WHERE "
                f"{of_same.format(t=alias + '_n')} AND {alias}_n.created_at <= {since} "
                f"AND ({alias}_n.created_at, {alias}_n.id) > ({alias}.created_at, {alias}.id))"
            )
        return f"EXISTS (SELECT 1 FROM stage_transitions {alias} WHERE {into})"

    def slice(self, row: str, number: int, of: int) -> str:
        """Ids end in bits that are as good as random, so that the slices have about one size."""
        if not 1 <= number <= of <= MAX_SLICES:
            raise RefusedError(f"A search can be split into at most {MAX_SLICES} slices.")
        bits = f"(get_byte({row}.id, 10) * 256 + get_byte({row}.id, 11))"
        slices = self.parameters.add(of, "integer")
        return f"mod({bits}, {slices}) = {self.parameters.add(number - 1, 'integer')}"
