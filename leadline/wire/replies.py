"""What an error is in HTTP, and the line that a request leaves in the log: the same for every edge.

The gate, the addresses under ``/go/`` and OAuth ask here, so that no client meets two ways of being
told to wait, to log in or to come over another connection.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from leadline.kernel.errors import (
    LeadlineError,
    TooManyRequestsError,
    TooSlowError,
    UnauthenticatedError,
    UnavailableError,
)
from leadline.platform.metrics import RequestCounter
from leadline.platform.rate_limits import Allowance
from leadline.wire.failures import refusal_of

log = structlog.get_logger("leadline.requests")

# The ways to log in that most addresses know.
CHALLENGE = 'Basic realm="leadline", Bearer'
# When a client may come again after the database was away: it is usually back by then.
_UNAVAILABLE_S = 2

Endpoint = Callable[[Request], Awaitable[Response]]


class MethodNotAllowedError(LeadlineError):
    """The path exists, but not with this method."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__("Method not allowed")
        self.allowed = allowed


def status_of(error: LeadlineError, statuses: Mapping[type[LeadlineError], int]) -> int:
    """The HTTP status of an error by its type; ``statuses`` is the table of a dialect."""
    if isinstance(error, MethodNotAllowedError):
        return 405
    for kind in type(error).__mro__:
        status = statuses.get(kind)
        if status is not None:
            return status
    return 500


def error_headers(
    error: LeadlineError, *, challenge: str = CHALLENGE, is_body_read: bool = True
) -> dict[str, str]:
    """The headers that tell a client, or what stands before us, what to do about an error."""
    headers = {}
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = str(_UNAVAILABLE_S)
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if isinstance(error, TooSlowError) or not is_body_read:
        # What may still come of this body must not be taken for the next request.
        headers["Connection"] = "close"
    return headers


def stop_if_exceeded(allowance: Allowance) -> None:
    """TooManyRequestsError when the rate limit has been passed."""
    if allowance.exceeded:
        raise TooManyRequestsError("Too many requests", allowance.reset_s)


def log_request(
    *,
    dialect: str,
    operation: str | None,
    method: str,
    path: str,
    status: int,
    seconds: float,
    **more: Any,
) -> None:
    """One line for each request. The query is never logged: it may hold a signature or a code."""
    log.info(
        "request",
        dialect=dialect,
        operation=operation,
        method=method,
        path=path,
        status=status,
        ms=round(seconds * 1000, 1),
        **more,
    )


def guarded(
    dialect: str, operation: str, run: Endpoint, refuse: Callable[[LeadlineError], Response]
) -> Endpoint:
    """An endpoint beside the gate: whatever goes wrong is answered, counted and logged as there."""
    counter = RequestCounter(dialect)

    async def endpoint(request: Request) -> Response:
        started = time.perf_counter()
        path = request.scope["path"]
        try:
            response = await run(request)
        except Exception as error:  # every request is answered
            response = refuse(refusal_of(error, operation=operation, path=path))
        seconds = time.perf_counter() - started
        counter.count(operation, response.status_code, seconds, ())
        log_request(
            dialect=dialect,
            operation=operation,
            method=request.method,
            path=path,
            status=response.status_code,
            seconds=seconds,
        )
        return response

    return endpoint


def client_of(request: Request) -> str:
    """The network address that a request came from."""
    return request.client.host if request.client is not None else ""
