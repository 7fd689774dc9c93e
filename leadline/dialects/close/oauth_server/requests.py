"""What the OAuth endpoints share: forms, the limit for strangers, and errors in OAuth's words."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.dialects.close.protocol.errors import STATUSES
from leadline.kernel.errors import (
    ConflictError,
    LeadlineError,
    MalformedError,
    TooLargeError,
    TooManyRequestsError,
    TooSlowError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedMediaError,
)
from leadline.platform.networks import network_of
from leadline.platform.rate_limits import RateLimiter
from leadline.wire.replies import (
    Endpoint,
    MethodNotAllowedError,
    client_of,
    error_headers,
    guarded,
    status_of,
    stop_if_exceeded,
)
from leadline.wire.services import Services

MAX_FORM_BYTES = 16 * 1024
_FORM = "application/x-www-form-urlencoded"
# Answers hold secrets, and the addresses of the pages do, too.
PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache", "Referrer-Policy": "no-referrer"}

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class OAuthError(LeadlineError):
    """A refusal that RFC 6749 has a word of its own for; ``text`` is for people."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word


# The words for all other errors. What is not here is our own fault.
_WORDS: dict[type[LeadlineError], str] = {
    UnauthenticatedError: "invalid_client",
    ConflictError: "temporarily_unavailable",
    TooManyRequestsError: "temporarily_unavailable",
    UnavailableError: "temporarily_unavailable",
}
_STATUSES = {**STATUSES, OAuthError: 400}

# Makes the answer of what is to be told: the word, the sentence, the status and the headers.
ShowError = Callable[[str, str, int, Mapping[str, str]], Response]


class Limit:
    """How often an OAuth endpoint may be asked from one network address."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._limiter = RateLimiter(
            settings.anonymous_rate_limit, settings.rate_window_s, time.monotonic
        )

    def count(self, request: Request) -> None:
        stop_if_exceeded(self._limiter.take(network_of(client_of(request)).encode()))


def oauth_route(
    path: str, name: str, limit: Limit, show: ShowError, **methods: Endpoint
) -> list[Route]:
    """An endpoint with and without the slash at its end; ``show`` makes answers of errors."""

    async def answer(request: Request) -> Response:
        limit.count(request)
        endpoint = methods.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            raise MethodNotAllowedError(list(methods))
        return await endpoint(request)

    def refuse(error: LeadlineError) -> Response:
        status = status_of(error, _STATUSES)
        headers = error_headers(error, challenge='Basic realm="leadline"')
        return show(_word_of(error, status), _text_of(error), status, headers)

    endpoint = guarded("close", name, answer, refuse)
    return [Route(end, endpoint, methods=_METHODS) for end in (path, f"{path}/")]


def _word_of(error: LeadlineError, status: int) -> str:
    if isinstance(error, OAuthError):
        return error.word
    return _WORDS.get(type(error), "invalid_request" if status < 500 else "server_error")


def _text_of(error: LeadlineError) -> str:
    if isinstance(error, ConflictError):
        # The app, say, was removed while somebody allowed it something.
        return "Something has changed meanwhile. Please try again."
    return error.text


async def read_form(request: Request, services: Services) -> dict[str, str]:
    """The fields of the form in the body."""
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        raise UnsupportedMediaError(f"Send a form: {_FORM}.")
    body = bytearray()
    try:
        async with asyncio.timeout(services.settings.body_timeout_s):
            async for part in request.stream():
                body += part
                if len(body) > MAX_FORM_BYTES:
                    raise TooLargeError("The form is too large.")
    except TimeoutError as error:
        raise TooSlowError("The form took too long to arrive.") from error
    except ClientDisconnect as error:
        raise MalformedError("The client went away.") from error
    return read_fields(body.decode("latin-1"))


def read_fields(text: str) -> dict[str, str]:
    """The fields of a query or form. Those without a value count as absent (RFC 6749, 3.1)."""
    try:
        pairs = parse_qsl(text, max_num_fields=50)
    except ValueError as error:
        raise MalformedError("There are too many fields.") from error
    twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if twice:
        raise MalformedError(f"A field is given twice: {twice[0][:40]}.")
    if any("\x00" in part for pair in pairs for part in pair):
        raise MalformedError("The request contains a NUL character.")
    return dict(pairs)
