"""The application: both dialects, health and documentation, over one set of services."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from threading import Thread
from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse

from leadline.dialects.close.dialect import CLOSE
from leadline.dialects.close.files.file_transfer import file_routes
from leadline.dialects.close.files.form_intake import form_routes
from leadline.dialects.close.oauth_server.routes import oauth_routes
from leadline.dialects.tether.dialect import TETHER
from leadline.kernel.clock import Clock, SystemClock
from leadline.platform import metrics
from leadline.platform.authentication import Authentication
from leadline.platform.file_storage import storage_of
from leadline.platform.logs import configure_logs
from leadline.platform.passwords import Passwords
from leadline.platform.telephony import telephony_of
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.embedded import attach
from leadline.wire.callers import Callers
from leadline.wire.connections import bound_heads
from leadline.wire.docs import documentation_routes
from leadline.wire.operation import Dialect
from leadline.wire.serve import Gate
from leadline.wire.services import Services
from leadline.wire.watching import watching_routes
from leadline.worker import run_worker

DIALECTS: tuple[Dialect, ...] = (CLOSE, TETHER)


def create_app() -> Callers:
    """The application of one process among several, all of it from the environment.

    The embedded database, if it is used, runs as long as any process holds on to it; the hold ends
    with the process, however it ends.
    """
    settings = Settings.from_environment()
    configure_logs(settings)
    bound_heads(settings)
    Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    if settings.database_url is not None:
        return make_app(make_services(settings, settings.database_url))
    server = attach(settings.data)
    return make_app(make_services(settings, server.app_url, revive=server.ensure_running))


def _end_with_parent() -> None:
    """Stops this process when the one that started it has died, so that the port gets free."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def make_services(
    settings: Settings,
    database_url: str,
    clock: Clock | None = None,
    revive: Callable[[], None] | None = None,
) -> Services:
    """The services of one process. Open ``services.database`` before use.

    ``revive`` brings the database server back after it has died (see ``Database``).
    """
    clock = clock or SystemClock()
    database = Database(database_url, settings, clock, revive)
    return Services(
        database=database,
        authentication=Authentication(database, settings, clock),
        passwords=Passwords(settings),
        settings=settings,
        files=storage_of(settings),
        telephony=telephony_of(settings),
    )


def make_app(services: Services) -> Callers:
    """The ASGI application. Its lifespan opens the database and, if wanted, runs jobs."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await services.database.open()
        _calm_the_garbage_collector()
        tasks: list[asyncio.Task[None]] = []
        if services.settings.run_jobs:
            tasks.append(asyncio.create_task(run_worker(services.database, services.settings)))
        if metrics.is_shared():
            tasks.append(asyncio.create_task(metrics.sample_forever(services.database)))
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await services.database.close()

    application = Starlette(
        routes=[
            *watching_routes(services),
            *documentation_routes(DIALECTS),
            *file_routes(services),
            *form_routes(services),
            *oauth_routes(services),
        ],
        lifespan=lifespan,
    )
    # Not a mount: that does not match paths with line ends, and would let them past the gates.
    application.router.default = _Dispatch(services)
    application.router.redirect_slashes = False
    return Callers(application, services.settings)


def _calm_the_garbage_collector() -> None:
    """What is loaded by now stays: it is looked at no more, and young objects less often.

    Requests make thousands of objects that die by reference counting alone.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class _Dispatch:
    """Hands a request to the dialect whose prefix its path has."""

    def __init__(self, services: Services) -> None:
        self._close = Gate(CLOSE, services)
        self._tether = Gate(TETHER, services)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = "/" + "/".join(part for part in scope["path"].split("/") if part) + "/"
        if path.startswith("/api/v1/"):
            await self._close(scope, receive, send)
        elif path.startswith("/api/"):
            await self._tether(scope, receive, send)
        else:
            await JSONResponse({"error": "Not found"}, status_code=404)(scope, receive, send)
