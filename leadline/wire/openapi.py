"""The OpenAPI 3.1 document of a dialect: made from its table of operations and nothing else.

The shapes of errors are not declared twice: the functions that spell errors are asked for examples,
and the examples tell the shape.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

import msgspec

from leadline.kernel import errors
from leadline.platform.rate_limits import Allowance
from leadline.wire.instants import Day, Instant
from leadline.wire.operation import Dialect, ErrorBody, Operation

Schema = dict[str, Any]

_EXAMPLE_FIELD = "example_field"
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")
_IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of up to 255 characters. A repeat within a day gets the first answer "
    "and changes nothing; another body under the same key is refused.",
    "schema": {"type": "string", "maxLength": 255},
}


def openapi_document(dialect: Dialect) -> Schema:
    """The whole document. Building it costs some milliseconds: do it once."""
    bodies, answers, components = _schemas(dialect.operations)
    document: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": dialect.title,
            "version": version("leadline"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{name: []} for name in dialect.security],
        "tags": [{"name": tag} for tag in dict.fromkeys(op.tag for op in dialect.operations)],
        "paths": {},
        "components": {
            "schemas": components,
            "responses": {},
            "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
            "headers": _headers(dialect),
            "securitySchemes": dict(dialect.security),
        },
    }
    for operation in dialect.operations:
        shown = _operation(operation, bodies.get(operation.name))
        shown["responses"] = {
            str(operation.status): _success(operation, answers.get(operation.name), document),
            **_failures(dialect, operation, document["components"]),
        }
        document["paths"].setdefault(operation.path, {})[operation.method.lower()] = shown
    return document


# Bodies and answers.


def _schemas(
    operations: tuple[Operation, ...],
) -> tuple[dict[str, Schema], dict[str, Schema], dict[str, Schema]]:
    """The schema of each operation's body and answer, and the components that they refer to."""
    bodies: dict[str, Any] = {}
    for operation in operations:
        if operation.body is dict:
            bodies[operation.name] = operation.body_schema or dict[str, Any]
        elif operation.body is not None:
            bodies[operation.name] = operation.body
    answers = {op.name: op.answer for op in operations if op.answer is not None}
    kinds = [kind for each in (*bodies.values(), *answers.values()) for kind in _kinds_of(each)]
    found, components = msgspec.json.schema_components(
        kinds, schema_hook=_schema_of, ref_template="#/components/schemas/{name}"
    )
    schemas = iter(found)
    shown = [
        {name: _any_of(kind, [next(schemas) for _ in _kinds_of(kind)]) for name, kind in group}
        for group in (bodies.items(), answers.items())
    ]
    return shown[0], shown[1], components


def _kinds_of(described: Any) -> tuple[Any, ...]:
    """The types that describe a body or an answer: none if it is a schema already."""
    if isinstance(described, dict):
        return ()
    return described if isinstance(described, tuple) else (described,)


def _any_of(described: Any, schemas: list[Schema]) -> Schema:
    if not schemas:
        schema: Schema = described
        return schema
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _schema_of(kind: type) -> Schema:
    """What JSON has no type for: ids are bytes inside; Close's have a prefix."""
    if issubclass(kind, Instant):
        return {"type": "string", "format": "date-time"}
    if issubclass(kind, Day):
        return {"type": "string", "format": "date"}
    if issubclass(kind, bytes):
        prefix = getattr(kind, "prefix", None)
        pattern = f"^{prefix}_[0-9a-f]{{24}}$" if prefix else "^[0-9a-fA-F]{24}$"
        return {"type": "string", "pattern": pattern}
    raise NotImplementedError(kind)  # how msgspec is told that a type is unknown


# One operation.


def _operation(operation: Operation, body: Schema | None) -> Schema:
    parameters: list[Schema] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _path_text(operation, name),
            "schema": {"type": "string"},
        }
        for name in _PATH_PARAMETER.findall(operation.path)
    ]
    parameters += [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": parameter.text,
            "schema": dict(parameter.schema),
        }
        for parameter in operation.query
    ]
    if operation.writes and operation.right is not None:
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    shown: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": parameters,
    }
    if operation.description:
        shown["description"] = operation.description
    if operation.right is None:
        shown["security"] = []
    else:
        shown["x-right"] = operation.right.value
    if operation.needs_key:
        shown["x-needs-api-key"] = True
    if operation.needs_app:
        shown["security"] = [{"oauth": []}]
    if body is not None:
        shown["requestBody"] = {
            "required": operation.body_required,
            "content": {"application/json": {"schema": body}},
        }
    return shown


def _path_text(operation: Operation, name: str) -> str:
    """``organizationId`` is "Id of the organization."; a bare ``id`` is the operation's noun."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()
    if words == "id":
        words = operation.name.partition(".")[0].replace("_", " ") + " id"
    if words.endswith(" id"):
        return f"Id of the {words.removesuffix(' id')}."
    return f"{words.capitalize()}."


def _success(operation: Operation, answer: Schema | None, document: Schema) -> Schema:
    headers = document["components"]["headers"]
    shown: Schema = {
        "description": "Done.",
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in headers
            if operation.right is not None or name == "X-Request-Id"
        },
    }
    if operation.status == 204:
        return shown
    schema = answer if answer is not None else {"type": "object"}
    if operation.is_list:
        schema = {
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": schema},
                "has_more": {"type": "boolean"},
            },
            "required": ["data", "has_more"],
        }
    shown["content"] = {"application/json": {"schema": schema}}
    return shown


def _headers(dialect: Dialect) -> dict[str, Schema]:
    """The headers of every answer: the request's id, and what is left of the rate limit."""
    limits = dialect.headers(Allowance(limit=6000, remaining=5999, reset_s=10, exceeded=False))
    examples = {"X-Request-Id": "9f86d081884c7d65"}
    for name, value in limits:
        examples[name.decode().title().replace("Ratelimit", "RateLimit")] = value.decode()
    return {
        name: {"schema": {"type": "string"}, "example": example}
        for name, example in examples.items()
    }


# Errors.


def _failures(dialect: Dialect, operation: Operation, components: Schema) -> dict[str, Schema]:
    """The usual errors as references; those with words of their own in full."""
    spell = operation.error_body or dialect.error_body
    spelling = "" if operation.error_body is None else spell.__name__.title().replace("_", "")
    spelling = f"{spelling.removesuffix('Error')}Error"
    components["schemas"].setdefault(spelling, _error_schema(spell, 404))
    shown: dict[str, Schema] = {}
    usual = _usual(dialect, operation)
    for status, text in sorted({**usual, **operation.errors}.items()):
        name = f"{spelling}{status}"
        schema = _error_schema(spell, status)
        if schema == components["schemas"][spelling]:
            reference = f"#/components/schemas/{spelling}"
        else:
            components["schemas"][name] = schema
            reference = f"#/components/schemas/{name}"
        if status in operation.errors:
            shown[str(status)] = _failure(spell, status, text, reference)
        else:
            components["responses"].setdefault(name, _failure(spell, status, text, reference))
            shown[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return shown


def _usual(dialect: Dialect, operation: Operation) -> dict[int, str]:
    """What can happen to any operation of this kind, by status."""
    texts: dict[type[errors.LeadlineError], str] = {}
    if operation.right is not None:
        texts[errors.UnauthenticatedError] = "No credential, or one that is wrong or has expired."
        texts[errors.ForbiddenError] = "The role of the caller lacks the right."
    if "{" in operation.path or operation.body is not None:  # a body may name objects too
        texts[errors.NotFoundError] = "There is no such object for this caller."
    if operation.has_body:
        texts[errors.TooSlowError] = "The body did not arrive in time."
        texts[errors.TooLargeError] = "The body is too large."
    if operation.writes:
        texts[errors.ConflictError] = "This contradicts the present state."
        if operation.right is not None:
            texts[errors.KeyReusedError] = "The Idempotency-Key was used with another body."
    if operation.body is not None:
        texts[errors.UnsupportedMediaError] = "The body is not JSON."
    texts[errors.InvalidError] = "The input is wrong."
    texts[errors.TooManyRequestsError] = "Too many requests: see Retry-After."
    return {dialect.statuses[kind]: text for kind, text in texts.items()}


def _failure(spell: ErrorBody, status: int, text: str, reference: str) -> Schema:
    content = {
        "schema": {"$ref": reference},
        "example": spell(_error(status, text), status),
    }
    return {"description": text, "content": {"application/json": content}}


def _error(status: int, text: str) -> errors.LeadlineError:
    if status == 429:
        return errors.TooManyRequestsError(text, 10)
    return errors.LeadlineError(text)


def _error_schema(spell: ErrorBody, status: int) -> Schema:
    sentence = _shape(spell(_error(status, "Words for people."), status))
    if status != 400:
        return sentence
    wrong_field = errors.InvalidError([errors.problem("required", _EXAMPLE_FIELD)])
    fields = _shape(spell(wrong_field, status))
    return sentence if fields == sentence else {"anyOf": [fields, sentence]}


def _shape(example: Any) -> Schema:
    """The schema of what looks like the example. Its own field stands for any field."""
    if isinstance(example, dict):
        if not set(example) - {_EXAMPLE_FIELD}:
            return {"type": "object", "additionalProperties": True}
        return {
            "type": "object",
            "properties": {name: _shape(value) for name, value in example.items()},
            "required": list(example),
        }
    if isinstance(example, list):
        return {"type": "array", "items": _shape(example[0]) if example else {}}
    if isinstance(example, bool):
        return {"type": "boolean"}
    return {"type": "number" if isinstance(example, int | float) else "string"}
