"""What the addresses under ``/go/`` share: errors as in the dialect, limits, bodies in parts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from leadline.dialects.close.protocol.errors import STATUSES, spell_error
from leadline.kernel.errors import LeadlineError, MalformedError, TooSlowError
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.platform.networks import network_of
from leadline.platform.rate_limits import RateLimiter
from leadline.settings import Settings
from leadline.wire import replies
from leadline.wire.replies import client_of, error_headers, status_of, stop_if_exceeded


def _refuse(error: LeadlineError) -> Response:
    status = status_of(error, STATUSES)
    headers = error_headers(error, is_body_read=False)
    return JSONResponse(spell_error(error, status), status, headers)


# An endpoint under ``/go/``, by its name in the log.
guarded = partial(replies.guarded, "close", refuse=_refuse)


class Limits:
    """How often somebody may come, by key or by network address."""

    def __init__(self, settings: Settings) -> None:
        window_s = settings.rate_window_s
        self._keys = RateLimiter(settings.rate_limit, window_s, time.monotonic)
        self._anonymous = RateLimiter(settings.anonymous_rate_limit, window_s, time.monotonic)

    def count_key(self, scope: Scope) -> None:
        stop_if_exceeded(self._keys.take(scope.credential))

    def count_anonymous(self, request: Request) -> None:
        stop_if_exceeded(self._anonymous.take(network_of(client_of(request)).encode()))


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


def anonymous_scope(organization_id: bytes) -> Scope:
    """Somebody without a name: a signature, or a form that is open to all, lets them in."""
    return Scope.system(organization_id, Role.SALES_REP)
