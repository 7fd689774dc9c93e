"""What the addresses under ``/go/`` share: errors, the log, and a limit for strangers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from leadline.dialects.close.protocol.errors import STATUSES, spell_error
from leadline.kernel.errors import (
    LeadlineError,
    MalformedError,
    TooManyRequestsError,
    TooSlowError,
    UnauthenticatedError,
    UnavailableError,
)
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.platform.rate_limits import Allowance, RateLimiter
from leadline.settings import Settings
from leadline.wire.failures import refusal_of, status_of

log = structlog.get_logger("leadline.requests")

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(name: str, run: Endpoint) -> Endpoint:
    """Errors become bodies as everywhere in the dialect.

    The query is not logged: it may hold a signature.
    """

    async def endpoint(request: Request) -> Response:
        started = time.perf_counter()
        try:
            response = await run(request)
        except Exception as error:  # every request is answered
            response = _refusal(refusal_of(error, path=request.url.path))
        log.info(
            "request",
            dialect="close",
            operation=name,
            method=request.method,
            path=request.url.path,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response

    return endpoint


def _refusal(error: LeadlineError) -> Response:
    status = status_of(error, STATUSES)
    response = JSONResponse(spell_error(error, status), status_code=status)
    if isinstance(error, UnauthenticatedError):
        response.headers["WWW-Authenticate"] = 'Basic realm="leadline", Bearer'
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = "2"
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    # What may still come of the body is nobody's request.
    response.headers["Connection"] = "close"
    return response


class Limits:
    """How often somebody may come, by key or by network address."""

    def __init__(self, settings: Settings) -> None:
        window_s = settings.rate_window_s
        self._keys = RateLimiter(settings.rate_limit, window_s, time.monotonic)
        self._strangers = RateLimiter(settings.anonymous_rate_limit, window_s, time.monotonic)

    def count_key(self, scope: Scope) -> None:
        _stop_at(self._keys.take(scope.credential))

    def count_stranger(self, request: Request) -> None:
        client = request.client.host if request.client else ""
        _stop_at(self._strangers.take(client.encode()))


def _stop_at(allowance: Allowance) -> None:
    if allowance.exceeded:
        raise TooManyRequestsError("Too many requests", allowance.reset_s)


async def parts_of(request: Request, settings: Settings) -> AsyncIterator[bytes]:
    """The body as it comes. Each part may take as long as the whole body of another request."""
    parts = request.stream()
    while True:
        try:
            async with asyncio.timeout(settings.body_timeout_s):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        except ClientDisconnect as error:
            raise MalformedError("The client went away.") from error
        except TimeoutError as error:
            raise TooSlowError("The body took too long.") from error
        if part:
            yield part


def nobody_of(organization_id: bytes) -> Scope:
    """Somebody without a name: a signature, or a form that is open to all, lets them in."""
    return Scope(organization_id, b"", Role.SALES_REP, b"")
