"""The gate: the first and the last hop of every request.

In: size, path, credential, rate limit, right, body. Then one unit of work. Out: commit, *then*
answer. Errors become bodies by one table per dialect.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from psycopg import errors

from leadline.kernel.composed_texts import composed
from leadline.kernel.errors import (
    ForbiddenError,
    LeadlineError,
    MalformedError,
    NotFoundError,
    TooLargeError,
    TooSlowError,
    UnauthenticatedError,
    UnsupportedMediaError,
)
from leadline.kernel.rights import FOR_ALL_LEADS
from leadline.kernel.scope import Scope
from leadline.platform.metrics import RequestCounter
from leadline.platform.networks import network_of
from leadline.platform.rate_limits import Allowance, RateLimiter
from leadline.store.unit import Unit
from leadline.wire import idempotency
from leadline.wire.decode import decode, read_json
from leadline.wire.failures import refusal_of
from leadline.wire.field_names import with_sent_names
from leadline.wire.operation import (
    Dialect,
    Operation,
    Reply,
    Request,
)
from leadline.wire.override import is_overridden, params_of
from leadline.wire.replies import (
    MethodNotAllowedError,
    error_headers,
    log_request,
    status_of,
    stop_if_exceeded,
)
from leadline.wire.routing import Router
from leadline.wire.services import Services
from leadline.wire.timing import REQUEST_HEADER, server_timing

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_JSON = (b"content-type", b"application/json")
# Answers hold secrets and personal data: no cache keeps them, and no browser guesses their type.
_PRIVATE = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_ATTEMPTS = 4
# What a caller may name a request: it goes into headers, logs and events.
_REQUEST_ID = re.compile(r"[\w.:/+=@-]{1,64}", re.ASCII)
_encode = msgspec.json.Encoder().encode


class Gate:
    """An ASGI application that serves one dialect."""

    def __init__(self, dialect: Dialect, services: Services) -> None:
        self.dialect = dialect
        self.services = services
        self._router = Router(dialect.operations)
        settings = services.settings
        is_https = (settings.base_url or "").startswith("https://")
        self.headers = (*_PRIVATE, _HTTPS_ONLY) if is_https else _PRIVATE
        self._counter = RequestCounter(dialect.name)
        self._limiter = RateLimiter(settings.rate_limit, settings.rate_window_s, time.monotonic)
        self._anonymous = RateLimiter(
            settings.anonymous_rate_limit, settings.rate_window_s, time.monotonic
        )

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        exchange = Exchange(self, scope, receive)
        status, headers, body = await exchange.answer()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if scope["method"] == "HEAD":
            body = b""
        await send({"type": "http.response.body", "body": body})
        seconds = time.perf_counter() - exchange.started
        operation = exchange.operation.name if exchange.operation else None
        self._counter.count(operation or "none", status, seconds, exchange.units)
        who = exchange.scope
        log_request(
            dialect=self.dialect.name,
            operation=operation,
            method=scope["method"],
            path=scope["path"],
            status=status,
            seconds=seconds,
            statements=sum(unit.statement_count for unit in exchange.units),
            organization=who.organization_id.hex() if who else None,
            user=who.user_id.hex() if who and who.user_id else None,
            request_id=exchange.request_id,
        )

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation for a method and path, and the values of its path parameters."""
        methods, values = self._router.find(path)
        if not methods:
            raise NotFoundError("path", f"There is nothing at {path}")
        found = methods.get("GET" if method == "HEAD" else method)
        if found is None:
            raise MethodNotAllowedError(sorted({*methods, "HEAD"} if "GET" in methods else methods))
        operation, names = found
        return operation, dict(zip(names, values, strict=True))

    def take_allowance(self, credential: bytes) -> Allowance:
        """Counts a request of a credential."""
        return self._limiter.take(credential)

    def take_anonymous(self, client: str) -> Allowance:
        """Counts a request of somebody at that network address without a (good) credential."""
        return self._anonymous.take(network_of(client).encode())


class Exchange:
    """One request and its answer."""

    def __init__(self, gate: Gate, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self._gate = gate
        self._dialect = gate.dialect
        self._services = gate.services
        self._asgi = scope
        self._receive = receive
        self.headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        given = self.headers.get("x-request-id", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self._client: str = (scope.get("client") or ("", 0))[0]
        self.started = time.perf_counter()
        self.operation: Operation | None = None
        self.scope: Scope | None = None
        self.units: list[Unit] = []
        self._allowance: Allowance | None = None
        self._request: Request[Any] | None = None

    async def answer(self) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Status, headers and body. Whatever goes wrong becomes an answer too."""
        try:
            status, extra, body = await self._carry_out()
        except Exception as error:  # every request is answered
            about = {"request_id": self.request_id, "path": self._asgi["path"]}
            status, extra, body = self._error(refusal_of(error, **about))
        headers = [*extra, (b"x-request-id", self.request_id.encode()), *self._gate.headers]
        if body or status != 204:
            headers += [_JSON, (b"content-length", str(len(body)).encode())]
        if self._allowance is not None:
            headers += self._dialect.headers(self._allowance)
        # Not for everybody: what a login costs is nobody's business.
        if self.scope is not None and self.headers.get(REQUEST_HEADER) == "1":
            headers.append(server_timing(self.units, time.perf_counter() - self.started))
        return status, headers, body

    async def _carry_out(self) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        method, path = self._asgi["method"], self._asgi["path"]
        reads_by_post = self._dialect.reads_by_post and is_overridden(method, self.headers)
        operation, parameters = self._gate.find("GET" if reads_by_post else method, path)
        self.operation = operation
        scope = await self._admit(operation)
        body = await self._read_body() if operation.has_body or reads_by_post else b""
        raw, typed = self._decode(operation, body)
        pairs = parse_qsl(self._asgi["query_string"].decode("latin-1"), True)
        query = {composed(name): composed(value) for name, value in pairs}
        if reads_by_post:
            query = params_of(self._read_object(body)) or query
        if "\x00" in path or any("\x00" in part for pair in query.items() for part in pair):
            raise MalformedError("The request contains a NUL character.")
        request: Request[Any] = Request(
            self._services,
            parameters,
            query,
            self.headers,
            typed,
            raw,
            self._client,
            self._asgi["scheme"],
        )
        self._request = request
        if scope is None:
            return _finish(operation, await operation.run(request))
        if not operation.writes:
            async with self._services.database.reading(
                scope, self.request_id, sees_all=operation.right in FOR_ALL_LEADS
            ) as unit:
                request._unit = unit
                self.units.append(unit)
                return _finish(operation, await operation.run(request))
        return await self._write(operation, request, scope, body)

    async def _admit(self, operation: Operation) -> Scope | None:
        if operation.right is None:
            self._limit(self._gate.take_anonymous(self._client))
            return None
        try:
            scope = await self._dialect.authenticate(self.headers, self._services, operation)
        except UnauthenticatedError:
            # Guessing keys costs us a look-up each, so it is limited like any public operation.
            self._limit(self._gate.take_anonymous(self._client))
            raise
        self.scope = scope
        self._limit(self._gate.take_allowance(scope.credential))
        if not scope.may(operation.right):
            raise ForbiddenError("Permission denied")
        if operation.needs_app and scope.oauth_app_id is None:
            raise ForbiddenError("Only OAuth apps can do this, with the access token of a user.")
        return scope

    def _limit(self, allowance: Allowance) -> None:
        self._allowance = allowance
        stop_if_exceeded(allowance)

    async def _read_body(self) -> bytes:
        limit = self._services.settings.max_body_bytes
        too_large = TooLargeError(f"The body is larger than {limit} bytes.")
        declared = self.headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdecimal()):
            raise MalformedError("The Content-Length header is not a number.")
        if len(declared) > 18 or int(declared) > limit:
            raise too_large
        timeout_s = self._services.settings.body_timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                return await self._receive_body(limit, too_large)
        except TimeoutError as error:
            raise TooSlowError(f"The body took longer than {timeout_s:g} seconds.") from error

    async def _receive_body(self, limit: int, too_large: TooLargeError) -> bytes:
        parts, size = [], 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise MalformedError("The client went away.")
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise too_large
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    def _decode(self, operation: Operation, body: bytes) -> tuple[dict[str, Any], Any]:
        if operation.body is None:
            return {}, None
        value = self._read_object(body, is_required=operation.body_required)
        if operation.body is dict:
            return value, value
        return value, decode(operation.body, value, self._dialect.hook, operation.ignored)

    def _read_object(self, body: bytes, *, is_required: bool = False) -> dict[str, Any]:
        media = self.headers.get("content-type", "")
        if body and media and "json" not in media.lower():
            raise UnsupportedMediaError(
                "Please send valid JSON with a 'Content-Type: application/json' header."
            )
        value = read_json(body) if body.strip() else None
        if value is None and (not is_required or not body.strip()):
            value = {}
        if not isinstance(value, dict):
            raise MalformedError("JSON data must be an object.")
        return value

    async def _write(
        self, operation: Operation, request: Request[Any], scope: Scope, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        key = idempotency.key_of(self.headers, scope, operation, self._asgi)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._services.database.writing(
                    scope, self.request_id, sees_all=operation.right in FOR_ALL_LEADS
                ) as unit:
                    request._unit = unit
                    self.units.append(unit)
                    if key is None:
                        return _finish(operation, await operation.run(request))
                    stored = await idempotency.begin(unit, key, body, self._services.settings)
                    if stored is not None:
                        return stored
                    answer = _finish(operation, await operation.run(request))
                    unit.scope = scope  # a super admin's may have moved to another organization
                    await idempotency.finish(unit, key, answer, operation)
                    return answer
            except (errors.SerializationFailure, errors.DeadlockDetected):
                # Two writers met; nothing of this attempt is left, so it is tried again.
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _error(self, error: LeadlineError) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        status = status_of(error, self._dialect.statuses)
        spell = self._dialect.error_body
        operation = self.operation
        if operation is not None:
            spell = operation.error_body or spell
            if self._request is not None:  # before there is one, problems have the names as sent
                sent = operation.body_schema or operation.body
                error = with_sent_names(error, operation.names, sent, self._request.body)
        return status, _raw(error_headers(error).items()), _encode(spell(error, status))


def _finish(operation: Operation, result: Any) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    if isinstance(result, Reply):
        status = result.status if result.status is not None else operation.status
        return status, _raw(result.headers), b"" if status == 204 else _encode(result.body)
    if operation.status == 204:
        return 204, [], b""
    return operation.status, [], _encode(result)


def _raw(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI wants them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers]
