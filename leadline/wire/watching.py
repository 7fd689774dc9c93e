"""What watches a server asks it: does it live, is it ready, and what are its figures."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from leadline.platform import metrics
from leadline.store.migrations import all_migrations
from leadline.wire.callers import is_loopback_host
from leadline.wire.services import Services

# Who asks whether we are ready asks again soon, and sends requests elsewhere meanwhile.
READY_WITHIN_S = 1.0
# A proxy on this machine adds one of them to what it passes on from outside.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def watching_routes(services: Services) -> list[Route]:
    """``/healthz`` and ``/readyz`` for everybody, ``/metrics`` for those who may see it."""
    needed = {migration.name for migration in all_migrations()}
    token = services.settings.metrics_token

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> Response:
        try:
            async with (
                asyncio.timeout(READY_WITHIN_S),
                services.database.connection(READY_WITHIN_S) as connection,
            ):
                cursor = await connection.execute("SELECT name FROM schema_migrations")
                applied = {name for (name,) in await cursor.fetchall()}
        except Exception:  # whatever it is, the answer is the same: not ready
            return JSONResponse({"status": "unavailable"}, status_code=503)
        if needed - applied:
            return JSONResponse({"status": "migrations pending"}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def show_metrics(request: Request) -> Response:
        if token is None and not _is_from_this_machine(request):
            text = "From other machines, /metrics needs LEADLINE_METRICS_TOKEN to be set."
            return PlainTextResponse(text, status_code=403)
        if token is not None and not _has_token(request, token):
            return PlainTextResponse(
                "Authorization: Bearer LEADLINE_METRICS_TOKEN",
                status_code=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
        figures = await metrics.exposition(services.database)
        return Response(figures, media_type=metrics.CONTENT_TYPE)

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", show_metrics),
    ]


def _has_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_from_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    if "host" in request.headers and not is_loopback_host(request.headers["host"]):
        return False  # a page whose name leads here, in a browser on this machine
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
