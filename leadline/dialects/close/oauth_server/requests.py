"""What the OAuth endpoints share: reading forms, limits, refusals, and one line in the log each."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.kernel.errors import (
    ConflictError,
    RefusedError,
    TooManyRequestsError,
    UnavailableError,
)
from leadline.platform.metrics import RequestCounter
from leadline.platform.rate_limits import RateLimiter
from leadline.wire.failures import refusal_of
from leadline.wire.services import Services

log = structlog.get_logger("leadline.requests")

MAX_FORM_BYTES = 16 * 1024
_FORM = "application/x-www-form-urlencoded"
# Answers hold secrets, and the addresses of the pages do, too.
PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache", "Referrer-Policy": "no-referrer"}

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Endpoint = Callable[[Request], Awaitable[Response]]


class OAuthRefusal(Exception):
    """The request is refused: ``error`` is a word of RFC 6749, ``text`` is for people."""

    def __init__(
        self, error: str, text: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.error = error
        self.text = text
        self.status = status
        self.headers = dict(headers or {})


ShowRefusal = Callable[[OAuthRefusal], Response]


class Counters:
    """Limits requests per network address, and counts them for the metrics."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self.limiter = RateLimiter(
            settings.anonymous_rate_limit, settings.rate_window_s, time.monotonic
        )
        self.requests = RequestCounter("close")


def oauth_route(
    path: str, name: str, counters: Counters, show: ShowRefusal, **methods: Endpoint
) -> list[Route]:
    """An endpoint with and without the slash at its end; ``show`` makes answers of refusals."""

    async def answer(request: Request) -> Response:
        allowance = counters.limiter.take(client_of(request).encode())
        if allowance.exceeded:
            raise TooManyRequestsError("Too many requests", allowance.reset_s)
        endpoint = methods.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            allowed = {"Allow": ", ".join(methods)}
            raise OAuthRefusal("invalid_request", "Method not allowed", 405, allowed)
        return await endpoint(request)

    async def run(request: Request) -> Response:
        started = time.perf_counter()
        try:
            response = await answer(request)
        except Exception as error:  # every request is answered
            response = show(_refusal_of(error, name))
        seconds = time.perf_counter() - started
        counters.requests.count(name, response.status_code, seconds, ())
        log.info(
            "request",
            dialect="close",
            operation=name,
            method=request.method,
            path=request.scope["path"],
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response

    return [Route(end, run, methods=_METHODS) for end in (path, f"{path}/")]


def _refusal_of(error: Exception, name: str) -> OAuthRefusal:
    """Whatever went wrong, as the refusal that is answered."""
    if isinstance(error, OAuthRefusal):
        return error
    known = refusal_of(error, operation=name)
    busy = "temporarily_unavailable"
    if isinstance(known, TooManyRequestsError):
        wait = {"Retry-After": str(max(1, round(known.retry_after_s)))}
        return OAuthRefusal(busy, known.text, 429, wait)
    if isinstance(known, ConflictError):
        # The app, say, was removed while somebody allowed it something.
        return OAuthRefusal(busy, "Something has changed meanwhile. Please try again.", 409)
    if isinstance(known, UnavailableError):
        return OAuthRefusal(busy, known.text, 503, {"Retry-After": "2"})
    if isinstance(known, RefusedError):
        return OAuthRefusal("invalid_request", known.text)
    return OAuthRefusal("server_error", known.text, 500)


def client_of(request: Request) -> str:
    """The network address that the request came from."""
    return request.client.host if request.client is not None else ""


async def read_form(request: Request, services: Services) -> dict[str, str]:
    """The fields of the form in the body."""
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        raise OAuthRefusal("invalid_request", f"Send a form: {_FORM}.")
    body = bytearray()
    try:
        async with asyncio.timeout(services.settings.body_timeout_s):
            async for part in request.stream():
                body += part
                if len(body) > MAX_FORM_BYTES:
                    raise OAuthRefusal("invalid_request", "The form is too large.", 413)
    except TimeoutError as error:
        text, closing = "The form took too long to arrive.", {"Connection": "close"}
        raise OAuthRefusal("invalid_request", text, 408, closing) from error
    except ClientDisconnect as error:
        raise OAuthRefusal("invalid_request", "The client went away.") from error
    return read_fields(body.decode("latin-1"))


def read_fields(text: str) -> dict[str, str]:
    """The fields of a query or form. Those without a value count as absent (RFC 6749, 3.1)."""
    try:
        pairs = parse_qsl(text, max_num_fields=50)
    except ValueError as error:
        raise OAuthRefusal("invalid_request", "There are too many fields.") from error
    twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if twice:
        raise OAuthRefusal("invalid_request", f"A field is there twice: {twice[0][:40]}.")
    if any("\x00" in part for pair in pairs for part in pair):
        raise OAuthRefusal("invalid_request", "The request contains a NUL character.")
    return dict(pairs)
