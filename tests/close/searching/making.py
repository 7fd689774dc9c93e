"""What tests of structured searches are written with."""

from __future__ import annotations

from typing import Any

from tests.cast import Person, World
from tests.close.making import Json


def body(*queries: Json, of: str = "lead", **more: Any) -> Json:
    """The body of a search for objects of a type that all these queries fit."""
    clause = {"type": "object_type", "object_type": of}
    return {"query": {"type": "and", "queries": [clause, *queries]}, **more}


def search(world: World, *queries: Json, of: str = "lead", **more: Any) -> Json:
    headers = more.pop("headers", {})
    answer: Json = world.ada.close.post(
        "/data/search/", body(*queries, of=of, **more), 200, headers=headers
    )
    return answer


def found(world: World, *queries: Json, of: str = "lead", **more: Any) -> list[str]:
    """The ids of what is found."""
    return [each["id"] for each in search(world, *queries, of=of, **more)["data"]]


def refused(world: World, sent: Any) -> Json:
    """The problems of a search that is refused."""
    answer: Json = world.ada.close.post("/data/search/", sent, 400)
    return answer


def field(name: str, of: str = "lead") -> Json:
    if name.startswith("custom."):
        return {"type": "custom_field", "custom_field_id": name.removeprefix("custom.")}
    return {"type": "regular_field", "object_type": of, "field_name": name}


def where(name: str, condition: Json, of: str = "lead", **more: Any) -> Json:
    return {
        "type": "field_condition",
        "field": field(name, of),
        "condition": condition,
        **more,
    }


def text(value: str, mode: str = "full_words") -> Json:
    return {"type": "text", "value": value, "mode": mode}


def term(*values: Any) -> Json:
    return {"type": "term", "values": list(values)}


def numbers(**bounds: Any) -> Json:
    return {"type": "number_range", **bounds}


def between(on_or_after: Any = None, before: Any = None) -> Json:
    return {"type": "moment_range", "on_or_after": on_or_after, "before": before}


def day(value: str, which: str = "start") -> Json:
    return {"type": "fixed_local_date", "value": value, "which": which}


def ago(direction: str = "past", which_day_end: str | None = None, **offset: int) -> Json:
    return {
        "type": "offset",
        "direction": direction,
        "moment": {"type": "now"},
        "offset": offset,
        "which_day_end": which_day_end,
    }


def related(this: str, other: str, *queries: Json, **more: Any) -> Json:
    return {
        "type": "has_related",
        "this_object_type": this,
        "related_object_type": other,
        "related_query": {"type": "and", "queries": list(queries)},
        **more,
    }


EXISTS: Json = {"type": "exists"}


EVERYTHING: Any = {
    "query": {"type": "match_all", "negate": False},
    "sort": [],
    "results_limit": None,
}


def save_search(person: Person, name: str = "Mine", status: int = 200, **more: Any) -> Any:
    body = {"name": name, "s_query": EVERYTHING, **more}
    return person.close.post("/saved_search/", body, status)


def change_search(person: Person, made: Any, status: int = 200, **body: Any) -> Any:
    return person.close.put(f"/saved_search/{made['id']}/", body, status)


def named(value: str, kind: str = "lead", field: str = "display_name") -> Any:
    """A tree like those of the documented requests."""
    condition = {"mode": "full_words", "type": "text", "value": value}
    of = {"field_name": field, "object_type": kind, "type": "regular_field"}
    clause = {"object_type": kind, "type": "object_type"}
    test = {"condition": condition, "field": of, "type": "field_condition"}
    return {"queries": [clause, test], "type": "and"}
