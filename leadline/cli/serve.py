"""``leadline serve`` and ``leadline work``: the processes that go on until they are stopped."""

from __future__ import annotations

import ipaddress
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadline.cli.answers import CommandError
from leadline.cli.context import DataOption, open_database, read_settings

if TYPE_CHECKING:
    from leadline.settings import Settings

_METRICS_FOLDER = "leadline-metrics-"
# A folder is locked this long after it was made, at the latest.
_YOUNG_S = 60
# Requests under way get this long to end before the process does.
GRACE_S = 10

HostOption = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Listen here; 0.0.0.0 is everywhere. [127.0.0.1]"),
]
PortOption = Annotated[
    int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Listen on it. [2212]")
]
WorkersOption = Annotated[
    int | None, typer.Option(metavar="NUMBER", min=1, help="Processes that answer requests. [1]")
]


def serve(
    *,
    host: HostOption = None,
    port: PortOption = None,
    workers: WorkersOption = None,
    data: DataOption = None,
) -> None:
    """Start the server.

    The first start prints an API key and a login.
    """
    import structlog
    import uvicorn

    from leadline.app import make_app, make_services
    from leadline.cli.first_start import found_first_organization, print_login
    from leadline.wire.connections import BoundedProtocol, allow_many_connections, bound_heads

    settings = read_settings(host=host, port=port, workers=workers, data=data)
    _stop_cleanly()
    _refuse_taken_port(settings)
    allow_many_connections()
    bound_heads(settings)
    with open_database(settings) as opened, ExitStack() as stack:
        login = opened.run(lambda database: found_first_organization(database, settings))
        if login is not None:
            print_login(login, server_url(settings))
        structlog.get_logger().info(
            "serving",
            url=server_url(settings),
            database="embedded" if opened.server is not None else "LEADLINE_DATABASE_URL",
            processes=settings.workers,
        )
        if not is_private(settings):
            structlog.get_logger().warning(
                "the network can read along: put TLS in front, and set LEADLINE_BASE_URL to https://",
                listens_on=settings.host,
            )
        is_shared = settings.workers > 1
        if is_shared:
            stack.enter_context(_share_settings(settings))
        uvicorn.run(
            "leadline.app:create_app"
            if is_shared
            else make_app(make_services(settings, opened.url, revive=opened.revive)),
            factory=is_shared,
            workers=settings.workers,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http=BoundedProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,  # the gate logs each request, and knows more about it
            server_header=False,
            proxy_headers=False,  # the application knows which proxies to believe
            timeout_graceful_shutdown=GRACE_S,
        )


def work(data: DataOption = None) -> None:
    """Run jobs only.

    For servers with LEADLINE_RUN_JOBS=false, or to help them.
    """
    import structlog

    from leadline.worker import run_worker

    settings = read_settings(data=data)
    _stop_cleanly()
    with open_database(settings) as opened:
        structlog.get_logger().info("working")
        opened.run(lambda database: _until_stopped(run_worker(database, settings)))


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Works until SIGTERM or Ctrl-C, which end it where it waits.

    An exception out of a signal's handler may come anywhere, and is lost where nobody can take it.
    """
    import asyncio

    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def server_url(settings: Settings) -> str:
    """Where people find the server."""
    if settings.base_url is not None:
        return settings.base_url.rstrip("/")
    host = reachable_host(settings)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def is_private(settings: Settings) -> bool:
    """Whether only this machine can connect, or people are told to come by https."""
    if (settings.base_url or "").startswith("https://"):
        return True
    try:
        return ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host == "localhost"


def reachable_host(settings: Settings) -> str:
    """The address to ask at, when the server listens everywhere."""
    everywhere = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound
    return everywhere.get(settings.host, settings.host)


def _stop_cleanly() -> None:
    """Lets SIGTERM and Ctrl-C end the process with status 0, closing whatever is open."""

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _refuse_taken_port(settings: Settings) -> None:
    """Says so before anything is created, so that the first key is never printed for nothing."""
    import socket

    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}. "
            "Choose another with --port or --host, or stop what uses it."
        ) from error


@contextmanager
def _share_settings(settings: Settings) -> Iterator[None]:
    """Puts what came from options into the environment, where the other processes find it.

    With it goes the folder in which they count together; it lasts as long as the server.
    """
    import logging
    from tempfile import TemporaryDirectory

    from leadline.platform.metrics import SHARED_FOLDER
    from leadline.settings import variable_name

    for name in ("data", "host", "port", "workers"):
        os.environ[variable_name(name)] = str(getattr(settings, name))
    # Here uvicorn only starts processes, and tells when one has died.
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)
    _delete_left_folders()
    with TemporaryDirectory(prefix=_METRICS_FOLDER) as folder, _locked(Path(folder)):
        os.environ[SHARED_FOLDER] = folder
        yield


def _delete_left_folders() -> None:
    """Deletes what servers left that were killed: nobody holds the lock of such a folder."""
    import shutil
    import time
    from tempfile import gettempdir

    for folder in Path(gettempdir()).glob(f"{_METRICS_FOLDER}*"):
        with suppress(OSError), _locked(folder):
            if folder.stat().st_mtime < time.time() - _YOUNG_S:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder; OSError when another process holds it, or it is not ours."""
    import fcntl

    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)
