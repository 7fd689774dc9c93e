"""Free text: words anywhere in the texts of an object and, of a lead, of what belongs to it.

There is no index of words: all texts of the organization are read, each once.
"""

from __future__ import annotations

from leadline.reporting.search.field_conditions import matches
from leadline.reporting.search.fields import CATALOGUE
from leadline.reporting.search.parameters import Parameters
from leadline.reporting.search.tree import TextTest
from leadline.reporting.search.words import BETWEEN, loose_likes, loose_pattern, patterns_of

_SEPARATOR = f"chr({ord(BETWEEN)})"
# What else has texts of a noun: rows of these nouns, by this column, and how contacts are reached.
_ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "lead": (("lead", "t.id"), ("contact", "t.lead_id"), ("note", "t.lead_id")),
    "contact": (("contact", "t.id"),),
}
_REACHED = {"lead": "c.lead_id", "contact": "c.id"}
_METHODS = (
    "FROM contact_methods t JOIN contacts c "
    "ON c.organization_id = t.organization_id AND c.id = t.contact_id "
    "WHERE t.organization_id = %(organization_id)s"
)


def has_text_sql(noun: str, row: str, test: TextTest, parameters: Parameters) -> str:
    """The condition that all words stand in the texts together, each somewhere."""
    patterns = patterns_of(test, parameters.country)
    if not patterns:
        return "true"
    if noun not in _ROWS:
        return "(" + matches(_joined(noun, row), patterns, parameters) + ")"
    places = [parameters.add(each, "text") for each in patterns]
    some = parameters.add("|".join(patterns), "text") if len(places) > 1 else places[0]
    loose = parameters.add(loose_pattern(test), "text")

    # Everything that has one of the words, with which of them it has.
    def marked(column: str, text: str) -> str:
        marks = [f"{text} ~* {place}" for place in places] if len(places) > 1 else []
        return f"SELECT {', '.join([column, *marks])}"

    parts = [
        f"{marked(column, _joined(each, 't'))} FROM {CATALOGUE[each].table} t "
        f"WHERE {_has_some(each, some, loose)}"
        for each, column in _ROWS[noun]
    ]
    likes = parameters.add(loose_likes(test, parameters.country), "text[]")
    parts.append(
        f"{marked(_REACHED[noun], 't.value')} {_METHODS} "
        f"AND t.value LIKE ANY({likes}) AND t.value ~* {some}"
    )
    found = " UNION ALL ".join(parts)
    if len(places) == 1:
        return f"{row}.id IN ({found})"
    names = [f"has_{number}" for number in range(len(places))]
    has_all = " AND ".join(f"bool_or({name})" for name in names)
    return (
        f"{row}.id IN (SELECT id FROM ({found}) AS found (id, {', '.join(names)}) "
        f"GROUP BY id HAVING {has_all})"
    )


def _has_some(noun: str, some: str, loose: str) -> str:
    """The condition that a row of the noun has one of the words."""
    spec = CATALOGUE[noun]
    has = f"{_joined(noun, 't', with_custom=False)} ~* {some}"
    if spec.custom:
        # The JSON as a whole is quickly looked through, but has names of fields and signs in it.
        has += f" OR t.custom <> '{{}}' AND t.custom::text ~* {loose} AND {_custom('t')} ~* {some}"
    return spec.where.replace("{a}", "t") + f" AND ({has})"


def _joined(noun: str, row: str, *, with_custom: bool = True) -> str:
    """All texts of a row as one."""
    spec = CATALOGUE[noun]
    texts = [each.replace("{a}", row) for each in spec.texts]
    if spec.custom and with_custom:
        texts.append(_custom(row))
    return f"concat_ws({', '.join([_SEPARATOR, *texts])})" if texts else "''"


def _custom(row: str) -> str:
    return f"(SELECT string_agg(value, {_SEPARATOR}) FROM jsonb_each_text({row}.custom))"
