"""Whether an answer agrees with the published OpenAPI document.

A small reading of JSON Schema: just the words that the documents use. An unknown word fails, so
that nothing is passed over in silence; a key that is not declared fails too.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from leadline.app import DIALECTS
from leadline.wire.openapi import openapi_document
from leadline.wire.operation import Operation

_KNOWN = {
    "$ref", "additionalProperties", "anyOf", "const", "default", "description", "discriminator",
    "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems",
    "maxLength", "maximum", "minItems", "minLength", "minimum", "oneOf", "pattern", "prefixItems",
    "properties", "required", "title", "type",
}  # fmt: skip
# Documents that hold custom values under the names of their fields, beside what is declared.
_OPEN_SHAPES = {
    ("Leadline, Tether dialect", "ContactShape"),
    ("Leadline, Tether dialect", "ConversationShape"),
}
_TYPES: dict[str, Any] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}


@cache
def document(dialect_name: str) -> dict[str, Any]:
    """The OpenAPI document of a dialect."""
    return openapi_document(next(found for found in DIALECTS if found.name == dialect_name))


def assert_agrees(
    dialect_name: str, operation: Operation, response: Any, *, is_part: bool = False
) -> None:
    """Fails unless the document declares this status for the operation, and this body for it.

    ``is_part`` says that only some fields were asked for.
    """
    whole = document(dialect_name)
    declared = whole["paths"][operation.path][operation.method.lower()]["responses"]
    status = str(response.status_code)
    assert status in declared, f"{operation.name}: {status} is not documented: {response.text}"
    content = resolve(whole, declared[status]).get("content")
    if content is None:
        assert response.content == b"", f"{operation.name}: a body where none is documented"
        return
    assert response.headers["content-type"] == "application/json"
    schema = content["application/json"]["schema"]
    found = disagreements(whole, schema, response.json(), "answer")
    if is_part:
        found = [each for each in found if not each.endswith(": missing")]
    assert found == [], f"{operation.name} {status}: {found}\n{response.text}"


def resolve(whole: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or what it refers to."""
    while "$ref" in node:
        found: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def disagreements(
    whole: dict[str, Any], schema: dict[str, Any], value: Any, where: str
) -> list[str]:
    """What is wrong with ``value`` as the schema says; empty when it agrees."""
    schema = resolve(whole, schema)
    unknown = set(schema) - _KNOWN
    assert not unknown, f"{where}: tests/agreement.py cannot read {unknown}"
    for choices in (schema.get("anyOf"), schema.get("oneOf")):
        if choices is not None:
            tried = [disagreements(whole, choice, value, where) for choice in choices]
            return [] if [] in tried else min(tried, key=len)
    types = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if types and not any(_is_a(value, name) for name in types):
        return [f"{where}: {value!r:.80} is no {' or '.join(types)}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r:.80} is not in {schema['enum']}"]
    if "const" in schema and value != schema["const"]:
        return [f"{where}: {value!r:.80} is not {schema['const']!r}"]
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{where}: {value!r:.80} does not match {schema['pattern']}"]
    if isinstance(value, list) and "items" in schema and schema["items"] is not False:
        return [
            found
            for place, item in enumerate(value)
            for found in disagreements(whole, schema["items"], item, f"{where}[{place}]")
        ]
    return _in_object(whole, schema, value, where) if isinstance(value, dict) else []


def _in_object(
    whole: dict[str, Any], schema: dict[str, Any], value: dict[str, Any], where: str
) -> list[str]:
    properties = schema.get("properties", {})
    # A bare {"type": "object"} is open; one with properties has just these, and custom fields.
    is_open = not properties or (whole["info"]["title"], schema.get("title")) in _OPEN_SHAPES
    others = schema.get("additionalProperties", is_open)
    found = [f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        if name in properties:
            found += disagreements(whole, properties[name], inner, f"{where}.{name}")
        elif isinstance(others, dict):
            found += disagreements(whole, others, inner, f"{where}.{name}")
        elif not others and not name.startswith("custom"):
            found.append(f"{where}.{name}: not declared")
    return found


def _is_a(value: Any, name: str) -> bool:
    if isinstance(value, bool) and name != "boolean":
        return False
    return isinstance(value, _TYPES[name])
