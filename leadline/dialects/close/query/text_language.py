"""The search text of Close, such as ``status:"Potential" call(date > yesterday) sort:-created``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from leadline.dialects.close.query.text_fields import (
    FieldPath,
    did_you_mean,
    find_field,
    find_related,
    is_status_clause,
    names_of,
    related_names,
)
from leadline.dialects.close.query.text_syntax import (
    Both,
    Comparison,
    Condition,
    Either,
    Everything,
    Related,
    Value,
    Without,
    Words,
    parse,
)
from leadline.dialects.close.query.text_tokens import refuse, shorten
from leadline.dialects.close.query.text_values import (
    Named,
    SearchContext,
    any_value,
    at_moment,
    is_any_value,
    is_no_value,
    read_ids,
    read_test,
    text_test,
)
from leadline.features.custom_fields.tables import CustomField
from leadline.features.tasks.queries import Calendar
from leadline.kernel.errors import NotFoundError, RefusedError
from leadline.kernel.ids import parse_prefixed
from leadline.reporting.search.custom_conditions import kind_of
from leadline.reporting.search.fields import CATALOGUE
from leadline.reporting.search.nouns import with_article
from leadline.reporting.search.tree import (
    All,
    AnyOf,
    CustomFieldOf,
    Field,
    FieldTest,
    HasRelated,
    HasText,
    MomentRange,
    Not,
    NumberRange,
    Query,
    Search,
    SortKey,
    WasInStage,
)
from leadline.store.unit import Unit

_CUSTOM = "custom."
_STATUS_WORDS = ("status", "status_label", "status_id")


async def read_search(unit: Unit, text: str, noun: str, calendar: Calendar, named: Named) -> Search:
    """What the text searches for; RefusedError, which says what and where, when it says nothing.

    Words without a field are looked for in all texts. ``named`` finds a saved search by its id or
    its name.
    """
    written = parse(text)
    reader = _Reader(SearchContext(unit, calendar, named))
    query = await reader.read(noun, written.condition)
    sort = [await reader.sort_key(noun, name) for name in written.sort]
    return Search(noun, query, tuple(sort), written.slice)


def whole_query(search: Search) -> Query:
    """What is searched for, as a part of another search; RefusedError for a slice of it."""
    if search.slice is not None:
        raise RefusedError("A search with a slice cannot be a part of another one.")
    return search.query


class _Reader:
    def __init__(self, context: SearchContext) -> None:
        self._context = context

    async def read(self, noun: str, condition: Condition) -> Query:
        if isinstance(condition, Everything):
            return All()
        if isinstance(condition, Words):
            return HasText(text_test(condition.value))
        if isinstance(condition, Both | Either):
            parts = [await self.read(noun, each) for each in condition.conditions]
            return All(tuple(parts)) if isinstance(condition, Both) else AnyOf(tuple(parts))
        if isinstance(condition, Without):
            return Not(await self.read(noun, condition.condition))
        if isinstance(condition, Related):
            return await self._related(noun, condition)
        return await self._comparison(noun, condition)

    async def _related(self, noun: str, condition: Related) -> Query:
        name = condition.name
        if is_status_clause(noun, name.text):
            return await self._was_in_status(noun, condition)
        related = find_related(noun, name.text)
        if related is None:
            words = f"{with_article(noun)} has no related objects {shorten(name.text)}(...)."
            raise refuse(name.at, words + did_you_mean(name.text, related_names(noun)))
        if related != noun and not CATALOGUE[related].is_stored:
            return AnyOf()  # there are none yet, whatever is asked of them
        inner: Query = All()
        if condition.condition is not None:
            inner = await self.read(related, condition.condition)
        return inner if related == noun else HasRelated(related, inner)

    async def _was_in_status(self, noun: str, clause: Related) -> Query:
        """``lead_status(status:Potential on:2026-05-01)``: the status it had then, or ever."""
        inner = clause.condition
        status_ids: list[bytes] | None = None
        when = MomentRange()
        for part in inner.conditions if isinstance(inner, Both) else (inner,):
            word = part.name.text.lower() if isinstance(part, Comparison) else ""
            if isinstance(part, Comparison) and part.sign in (":", "="):
                if word in _STATUS_WORDS and status_ids is None:
                    target = Field(noun, "status_id")
                    named = [await read_ids(self._context, target, each) for each in part.values]
                    status_ids = [status_id for ids in named for status_id in ids]
                    continue
                if word == "on" and when == MomentRange() and len(part.values) == 1:
                    when = at_moment(self._context, part.values[0])
                    continue
            words = f"{shorten(clause.name.text)}(...) takes one status: and one on:, with a date."
            raise refuse(clause.name.at, words)
        if status_ids is None:
            raise refuse(clause.name.at, f"{shorten(clause.name.text)}(...) needs a status:.")
        return WasInStage(tuple(status_ids), when.on_or_after, when.before)

    async def _comparison(self, noun: str, condition: Comparison) -> Query:
        query = await self._positive(noun, condition)
        return Not(query) if condition.sign == "!=" else query

    async def _positive(self, noun: str, condition: Comparison) -> Query:
        word = condition.name.text.lower()
        if condition.sign == ":" and not condition.name.is_quoted:
            if word == "in":
                return await self._saved(condition.values)
            if word in ("has", "no"):
                found = [await self._has(noun, value) for value in condition.values]
                either = found[0] if len(found) == 1 else AnyOf(tuple(found))
                return Not(either) if word == "no" else either
        path = find_field(noun, condition.name.text)
        if path is None:
            return await self._custom(noun, condition)
        if is_any_value(condition):
            return _exists(path)
        if is_no_value(condition):
            return Not(_exists(path))
        return _through(path, await self._of_field(path, condition))

    async def _of_field(self, path: FieldPath, condition: Comparison) -> Query:
        if path.spec is not None:
            return await read_test(self._context, path.target, path.spec.kind, condition)
        if condition.sign not in (":", "=", "!="):
            words = f"{shorten(condition.name.text)} cannot be compared by size."
            raise refuse(condition.name.at, words)
        return AnyOf(tuple(HasText(text_test(value)) for value in condition.values))

    async def _saved(self, values: Sequence[Value]) -> Query:
        found = []
        for value in values:
            try:
                saved_id = parse_prefixed("save", value.text)
                search = await self._context.saved_search(saved_id or value.text)
            except NotFoundError:
                words = f'there is no saved search "{shorten(value.text)}".'
                raise refuse(value.at, words) from None
            found.append(whole_query(search))
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    async def _has(self, noun: str, value: Value) -> Query:
        """Whether there is any: a value, or an object of that kind."""
        path = find_field(noun, value.text)
        is_figure = path is not None and path.spec is not None and path.spec.kind == "number"
        if path is not None and not is_figure:
            return _exists(path)
        related = find_related(noun, value.text)
        if related not in (None, noun):
            return HasRelated(related, All())
        if path is not None:
            return FieldTest(path.target, NumberRange(gt=Decimal(0)))
        fields = await self._find_custom(noun, value)
        return AnyOf(tuple(any_value(_target(noun, field)) for field in fields))

    # Custom fields.

    async def _custom(self, noun: str, condition: Comparison) -> Query:
        parts = []
        for field in await self._find_custom(noun, condition.name):
            target = _target(noun, field)
            if is_any_value(condition):
                parts.append(any_value(target))
            elif is_no_value(condition):
                parts.append(Not(any_value(target)))
            else:
                asked = _as_chosen(field, condition)
                parts.append(await read_test(self._context, target, kind_of(field.type), asked))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    async def _find_custom(self, noun: str, name: Value) -> list[CustomField]:
        """The custom field of that id or name. Types of activities may have namesakes."""
        is_marked = name.text.lower().startswith(_CUSTOM)
        wanted = name.text[len(_CUSTOM) :] if is_marked else name.text
        fields = await self._context.fields_of(noun) if CATALOGUE[noun].custom else []
        field_id = parse_prefixed("cf", wanted)
        found = [field for field in fields if field.id == field_id] or [
            field for field in fields if field.name.lower() == wanted.strip().lower()
        ]
        if not found:
            raise _no_field(noun, name, wanted, [field.name for field in fields], is_marked)
        return found

    async def sort_key(self, noun: str, name: Value) -> SortKey:
        bare = Value(name.text.removeprefix("-"), name.at, name.is_quoted)
        path = find_field(noun, bare.text)
        target: Field | CustomFieldOf
        if path is None:
            target = _target(noun, (await self._find_custom(noun, bare))[0])
        elif not path.is_sortable:
            raise refuse(name.at, f"{shorten(bare.text)} cannot be sorted by.")
        else:
            target = path.target
        return SortKey(target, is_descending=name.text.startswith("-"))


def _target(noun: str, field: CustomField) -> CustomFieldOf:
    return CustomFieldOf(noun, field.id, field.type)


def _as_chosen(field: CustomField, condition: Comparison) -> Comparison:
    """The same with choices in the letters that they have in the field."""
    choices = {choice.lower(): choice for choice in field.choices or ()}
    values = [
        msgspec.structs.replace(value, text=choices.get(value.text.strip().lower(), value.text))
        for value in condition.values
    ]
    return msgspec.structs.replace(condition, values=tuple(values))


def _exists(path: FieldPath) -> Query:
    return _through(path, All() if path.spec is None else any_value(path.target))


def _through(path: FieldPath, query: Query) -> Query:
    """The condition on what hangs on the object, over as many steps as it takes."""
    for noun in reversed(path.through):
        query = HasRelated(noun, query)
    return query


def _no_field(
    noun: str, name: Value, wanted: str, custom_names: list[str], is_marked: bool
) -> RefusedError:
    if is_marked:
        words = f'{with_article(noun)} has no custom field "{shorten(wanted)}".'
        return refuse(name.at, words + did_you_mean(wanted, custom_names))
    words = f'{with_article(noun)} has no field "{shorten(wanted)}".'
    guess = did_you_mean(wanted, [*names_of(noun), *custom_names])
    hint = guess or " To search for these words themselves, put them in quotation marks."
    return refuse(name.at, words + hint)
