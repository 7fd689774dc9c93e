"""Requests that nobody would write, for every operation of both documents: never a 5xx.

Schemathesis makes them from the published OpenAPI documents: some valid, some not quite. Some go as
they are; others are laid over a good request, because what refers to nothing is soon refused. Every
answer must be one that the document declares for the operation.

``make fuzz`` sends hundreds for each operation, and says how many there were.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

from leadline.wire.operation import Operation
from tests.agreement import assert_agrees, document
from tests.asgi import ask, key_of
from tests.cast import World
from tests.samples import Call, every, sample_call, things_of

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
MAX_TARGET = 60_000  # h11 and every proxy refuse longer ones


@cache
def operations_of(dialect: str) -> dict[tuple[str, str], Any]:
    """What Schemathesis made of the document, by path and method."""
    read: Any = schemathesis.openapi.from_dict(document(dialect)).get_all_operations()
    found = [each.ok() for each in read]
    return {(each.path, each.method.upper()): each for each in found}


@st.composite
def requests(draw: st.DrawFn, cases: st.SearchStrategy[Case[Any]], good: Call) -> tuple[str, Any]:
    """A target and a body (bytes as they are, anything else as JSON; None for no body)."""
    case = draw(cases)
    path = good.path
    if case.path_parameters and draw(st.integers(0, 3)) == 0:
        path = good.operation.path
        for name, value in case.path_parameters.items():
            # They come quoted already, as far as a path needs it.
            path = path.replace(f"{{{name}}}", quote(str(value), safe="%"))
    query = dict(good.query) if draw(st.booleans()) else {}
    query.update({name: spelled(value) for name, value in (case.query or {}).items()})
    body = None if isinstance(case.body, NotSet) else case.body
    if isinstance(body, dict) and isinstance(good.body, dict) and draw(st.booleans()):
        names = [*good.body, *body]
        kept = draw(st.sets(st.sampled_from(names))) if names else set()
        body = {**good.body, **{name: body[name] for name in kept if name in body}}
    return f"{path}?{urlencode(query)}" if query else path, body


def spelled(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def encoded(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    try:
        return msgspec.json.encode(body)
    except (UnicodeEncodeError, OverflowError, TypeError):
        return repr(body).encode(errors="replace")


@pytest.mark.parametrize(("dialect", "operation"), every())
def test_no_request_breaks_the_server(
    world: World,
    dialect: str,
    operation: Operation,
    request: pytest.FixtureRequest,
    record_property: Any,
):
    known = operations_of(dialect)[operation.path, operation.method]
    good = sample_call(dialect, operation, things_of(world))
    cases = st.one_of([known.as_strategy(generation_mode=mode) for mode in MODES])
    headers = [key_of(world.ada), (b"content-type", b"application/json")]
    statuses: Counter[int] = Counter()

    @seed(request.config.getoption("--fuzz-seed"))
    @settings(
        max_examples=request.config.getoption("--fuzz-examples"),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(cases, good))
    def run(made: tuple[str, Any]) -> None:
        target, body = made
        answer = world.call(
            ask, world.client.app, operation.method, target[:MAX_TARGET], headers, encoded(body)
        )
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, f"{operation.method} {target} {body!r}: {answer.text}"
        assert_agrees(dialect, operation, answer, is_part="_fields" in target)

    run()
    record_property("fuzz_statuses", dict(statuses))
