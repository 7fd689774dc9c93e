"""What is wrong about a request, made from what would be right about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadline.wire.operation import Operation
from tests.agreement import assert_agrees, document, resolve

JSON = {"Content-Type": "application/json"}

UNREADABLE = {
    "no JSON": b"{",
    "two values": b"{} {}",
    "an array": b"[]",
    "a string": b'"text"',
    "a number": b"1",
    "a NUL character": b'{"name": "a\\u0000b"}',
    "a NUL character in a key": b'{"a\\u0000b": 1}',
    "a bare control character": b'{"name": "a\x01b"}',
    "20 digits": b'{"name": 12345678901234567890}',
    "minus 20 digits": b'{"x": [-12345678901234567890]}',
    "10,000 arrays": b'{"x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "10,000 objects": b'{"x":' * 10_000 + b"1" + b"}" * 10_000,
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "no number": b'{"x": NaN}',
}

WRONG_VALUES: list[Any] = [
    None,
    True,
    -1,
    2**63 - 1,
    1e300,
    "",
    "é" * 21_000,
    "9999-12-31T23:59:59-23:59",
    [],
    [None],
    {"a": {"b": [1]}},
]

WRONG_INNER_VALUES: list[Any] = [None, True, "text", {}]

BAD_IDS = [
    "x",
    "%00",
    "a%00b",
    "%ff%fe",
    "%F0%9F%98%80",
    "..",
    "0" * 23 + "g",
    "0" * 24,
    "outcome_" + "0" * 24,
    "1" * 10_000,
    "%27%20OR%201=1--",
]

REFUSED = range(400, 500)

NO_FAILURE = range(200, 500)


def check(dialect: str, operation: Operation, response: Any, what: str, statuses: range) -> None:
    """The status is one of those, and the answer is as documented."""
    where = f"{operation.name} with {what}"
    assert response.status_code in statuses, f"{where}: {response.status_code} {response.text}"
    assert_agrees(dialect, operation, response, is_part="_fields" in what)


def wrong_bodies(dialect: str, operation: Operation, valid: Any) -> Iterator[tuple[str, Any]]:
    """The valid body with one property after the other made wrong, in lists and objects too."""
    whole = document(dialect)
    shown = whole["paths"][operation.path][operation.method.lower()]["requestBody"]
    schema = shown["content"]["application/json"]["schema"]
    for name, inner in properties(whole, schema).items():
        for wrong in wrong_values(whole, inner):
            yield f"{name} = {wrong!r:.60}", {**(valid or {}), name: wrong}
    yield "an unknown property", {**(valid or {}), "nonsense": {"a": [1]}}


def wrong_values(whole: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Iterator[Any]:
    yield from WRONG_VALUES if depth == 0 else WRONG_INNER_VALUES
    if depth > 2:
        return
    schema = resolve(whole, schema)
    for choice in schema.get("anyOf", [schema]):
        found = resolve(whole, choice)
        if found.get("type") == "array" and found.get("items"):
            yield from ([wrong] for wrong in wrong_values(whole, found["items"], depth + 1))
        for name, inner in found.get("properties", {}).items():
            for wrong in wrong_values(whole, inner, depth + 2):
                yield {name: wrong}


def properties(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The properties of an object, or of all the objects that it may be."""
    schema = resolve(whole, schema)
    found = dict(schema.get("properties", {}))
    for choice in schema.get("anyOf", []):
        found |= properties(whole, choice)
    return found
