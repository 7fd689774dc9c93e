"""From bytes to typed input: JSON that the stack can bear, then every problem at once.

msgspec stops at the first error, so after a failure each field is converted by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType

from leadline.kernel.composed_texts import composed_json
from leadline.kernel.errors import InvalidError, MalformedError, Path, Problem, problem

T = TypeVar("T")
Hook = Callable[[type, Any], Any]

MAX_DEPTH = 32
_SUSPICIOUS = re.compile(rb"\\u0000|[0-9]{19}")
_INT64 = 1 << 63


class FieldError(ValueError):
    """Raised by a decoding hook: the code of a known problem, and words if the usual do not do."""

    def __init__(self, code: str, text: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


def read_json(body: bytes) -> Any:
    """The JSON value in ``body``, its letters composed.

    MalformedError when it is no JSON or must not be let through.
    """
    # The decoder itself refuses what nests too deep for the C stack; depth is checked below.
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError("The request contains invalid JSON.") from error
    nesting = body.count(b"[") + body.count(b"{")
    if nesting > MAX_DEPTH or _SUSPICIOUS.search(body):
        _check_value(value)
    # Scripts that write plain ASCII have such letters in escapes.
    return value if body.isascii() and b"\\u" not in body else composed_json(value)


def _check_value(value: Any) -> None:
    stack = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise MalformedError(f"The request nests deeper than {MAX_DEPTH} levels.")
        if isinstance(item, dict):
            for key, inner in item.items():
                stack.append((key, depth))
                stack.append((inner, depth + 1))
        elif isinstance(item, list):
            stack.extend((inner, depth + 1) for inner in item)
        elif isinstance(item, str):
            if "\x00" in item:
                raise MalformedError("The request contains a NUL character.")
        elif isinstance(item, int) and not -_INT64 <= item < _INT64:
            raise MalformedError("The request contains a number beyond 64 bits.")


def decode(
    kind: type[T], value: dict[str, Any], hook: Hook, ignored: frozenset[str] | None = None
) -> T:
    """``value`` as an instance of ``kind``; InvalidError with every problem otherwise."""
    problems: list[Problem] = []
    if ignored is not None:
        known = _hints(kind)  # type: ignore[arg-type]  # a type is hashable, whatever mypy says of T
        problems = [
            problem("unknown_field", key)
            for key in value
            if key not in known and key not in ignored and key.partition(".")[0] != "custom"
        ]
    try:
        converted = msgspec.convert(value, kind, dec_hook=hook)
    except msgspec.ValidationError as error:
        collect(kind, value, (), hook, problems)
        raise InvalidError(problems) from error
    if problems:
        raise InvalidError(problems)
    return converted


def collect(kind: Any, value: Any, path: Path, hook: Hook, problems: list[Problem]) -> None:
    """Adds to ``problems`` everything that is wrong with ``value`` as a ``kind``."""
    try:
        msgspec.convert(value, kind, dec_hook=hook)
        return
    except msgspec.ValidationError as error:
        failure = error
    inner = _inner_kind(kind)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, dict):
        required = {f.encode_name for f in msgspec.structs.fields(inner) if f.required}
        for name, hint in _hints(inner).items():
            if name in value:
                collect(hint, value[name], (*path, name), hook, problems)
            elif name in required:
                problems.append(problem("required", *path, name))
        return
    if get_origin(inner) is list and isinstance(value, list):
        (item_kind,) = get_args(inner)
        before = len(problems)
        for index, item in enumerate(value):
            collect(item_kind, item, (*path, index), hook, problems)
        if len(problems) > before:
            return
    problems.append(_translate(failure, inner, value, path))


def _translate(failure: msgspec.ValidationError, kind: Any, value: Any, path: Path) -> Problem:
    cause = failure.__cause__
    if isinstance(cause, FieldError):
        return problem(cause.code, *path, text=cause.text)
    text = str(failure).split(" - at `")[0]
    if value is None:
        return problem("required", *path)
    if get_origin(kind) is Literal:
        choices = ", ".join(str(choice) for choice in get_args(kind))
        return problem("choice", *path, text=f"Value must be one of: {choices}.")
    if bound := re.search(r"length (>=|<=) (\d+)", text):
        if bound[1] == "<=":
            words = f"The value must be no longer than {bound[2]} characters."
            return problem("too_long", *path, text=words)
        return problem("blank", *path)
    if bound := re.search(r"(>=|<=|>|<) (-?[\d.]+)", text):
        code = "too_large" if bound[1].startswith("<") else "too_small"
        words = "at most" if code == "too_large" else "at least"
        return problem(code, *path, text=f"The value must be {words} {bound[2]}.")
    if expected := re.search(r"Expected `([a-z]+)", text):
        names = {"array": "list", "object": "dict"}
        return problem(
            "type", *path, text=f"Value must be of {names.get(expected[1], expected[1])} type."
        )
    return problem("type", *path)


@lru_cache(maxsize=1000)
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    if issubclass(kind, msgspec.Struct):
        return {f.encode_name: hints[f.name] for f in msgspec.structs.fields(kind)}
    return hints


def _inner_kind(kind: Any) -> Any:
    """The kind without None, UNSET and annotations."""
    while True:
        origin = get_origin(kind)
        if origin is Annotated:
            kind = get_args(kind)[0]
        elif origin in (Union, UnionType):
            left = [part for part in get_args(kind) if part not in (NoneType, UnsetType)]
            if len(left) != 1:
                return kind
            kind = left[0]
        else:
            return kind
