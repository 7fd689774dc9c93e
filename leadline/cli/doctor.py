"""``leadline doctor``: is everything in order here, and if not, what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from leadline.cli.answers import JsonOption, explain, print_json
from leadline.cli.context import DataOption, open_database, read_settings
from leadline.cli.inputs import did_you_mean
from leadline.kernel.control_characters import escape_controls

if TYPE_CHECKING:
    from leadline.settings import Settings
    from leadline.store.health import Health

OLDEST_PYTHON = (3, 11)
LOW_DISK_BYTES = 1024**3
FULL_DISK_BYTES = 100 * 1024**2
CLOCK_TOLERANCE = timedelta(minutes=5)
EVENTS_MAY_WAIT = timedelta(minutes=2)
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


class Finding(NamedTuple):
    """One line of the answer. ``fix`` says what to do unless all is well."""

    about: str
    state: Literal["ok", "warn", "fail"]
    text: str
    fix: str = ""


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check that all is in order.

    Python, port, files, folders, disk, database, clock and jobs. Ends with 1 if something fails.
    """
    settings = read_settings(data=data)
    findings = []
    for finding in _examine(settings):
        findings.append(finding)
        if not as_json:
            state = typer.style(f"{finding.state:<4}", fg=_COLOURS[finding.state])
            typer.echo(f"{state}  {finding.about:<11} {finding.text}")
            if finding.fix:
                typer.echo(f"                  -> {finding.fix}")
    is_sick = any(finding.state == "fail" for finding in findings)
    if as_json:
        print_json({"ok": not is_sick, "checks": [finding._asdict() for finding in findings]})
    if is_sick:
        raise typer.Exit(1)


def _examine(settings: Settings) -> Iterator[Finding]:
    yield _python()
    yield from _unknown_variables()
    yield _port(settings)
    yield _files(settings)
    if settings.database_url is None:
        fix = "change its owner, or choose another with --data"
        yield _folder("data folder", settings.data, fix)
        yield _disk(settings.data)
        if not (settings.data / "postgres").exists():
            yield Finding(
                "database",
                "warn",
                "not created yet",
                "leadline serve creates it at its first start",
            )
            return
    yield from _database(settings)


def _python() -> Finding:
    import platform
    import sys

    found = platform.python_version()
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Finding("python", "ok", found)
    return Finding("python", "fail", found, "install Python 3.11 or newer")


def _unknown_variables() -> Iterator[Finding]:
    """Variables that look like settings and are none, most often misspelled."""
    from leadline.settings import Settings, variable_name

    known = [variable_name(field) for field in Settings.__struct_fields__]
    for name in sorted(os.environ):
        if name.startswith("LEADLINE_") and name not in known:
            text = f"{name} is no setting{did_you_mean(name, known)}"
            yield Finding("settings", "warn", text, "see docs/settings.md, or unset it")


def _port(settings: Settings) -> Finding:
    """Free, or answered by Leadline."""
    import http.client
    import socket

    from leadline.cli.serve import reachable_host

    host, port = reachable_host(settings), settings.port
    connection = http.client.HTTPConnection(host, port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        if answer.status == 200 and b'"status":"ok"' in answer.read():
            return Finding("port", "ok", f"Leadline answers on {host}:{port}")
    except ConnectionRefusedError:
        return Finding("port", "ok", f"{host}:{port} is free; no server is running")
    except socket.gaierror:
        return Finding("port", "fail", f"{host} is no address", "set LEADLINE_HOST")
    except (OSError, http.client.HTTPException):
        pass  # something is there, and it is not Leadline
    finally:
        connection.close()
    return Finding(
        "port", "fail", f"another program answers on {host}:{port}", "leadline serve --port NUMBER"
    )


def _files(settings: Settings) -> Finding:
    """Where the files of people lie can be written to, read from and deleted from."""
    from leadline.kernel.clock import SystemClock
    from leadline.platform.file_storage import Folder, storage_of
    from leadline.platform.s3 import StorageError
    from leadline.platform.storage_check import try_storage
    from leadline.settings import SettingsError

    try:
        storage = storage_of(settings)
    except SettingsError as error:
        return Finding("files", "fail", str(error), "see docs/settings.md")
    if isinstance(storage, Folder):
        where, fix = str(storage.path_of("")), "change its owner, or set LEADLINE_FILES"
        if not storage.path_of("").exists():
            # Made by the server, whose user need not be the one who asks.
            return _folder("files", storage.path_of(""), fix)
    else:
        where = f"bucket {storage.name} at {storage.endpoint}"
        fix = "check LEADLINE_S3_... (docs/settings.md), what the key may do, and this clock"
    try:
        try_storage(storage, SystemClock().now())
    except StorageError as error:
        return Finding("files", "fail", f"{where}: {error}", fix)
    return Finding("files", "ok", where)


def _folder(about: str, folder: Path, fix: str) -> Finding:
    """The folder can be written to, or made."""
    nearest = _nearest(folder)
    if not nearest.is_dir():
        return Finding(about, "fail", f"{nearest} is not a folder", fix)
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(about, "fail", f"{nearest} cannot be written to", fix)
    return Finding(about, "ok", str(folder))


def _disk(folder: Path) -> Finding:
    import shutil

    free = shutil.disk_usage(_nearest(folder)).free
    text = f"{free / 1024**3:.1f} GiB free"
    if free >= LOW_DISK_BYTES:
        return Finding("disk", "ok", text)
    state: Literal["warn", "fail"] = "warn" if free >= FULL_DISK_BYTES else "fail"
    return Finding("disk", state, text, f"make room on the disk of {folder}")


def _nearest(folder: Path) -> Path:
    """The folder itself, or what is there on the way to it."""
    return next(
        place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()
    )


def _database(settings: Settings) -> Iterator[Finding]:
    """What the database itself says, as far as it can be reached."""
    import psycopg

    from leadline.kernel.clock import SystemClock
    from leadline.store.health import read_health
    from leadline.store.migrations import pending

    try:
        with (
            open_database(settings, migrate=False) as opened,
            psycopg.connect(opened.owner_url, autocommit=True, connect_timeout=10) as connection,
        ):
            version = connection.info.server_version
            text = f"PostgreSQL {version // 10_000}.{version % 10_000}"
            if version < 150_000:
                yield Finding("database", "fail", text, "Leadline needs PostgreSQL 15 or newer")
                return
            yield Finding("database", "ok", text)
            names = [migration.name for migration in pending(connection)]
            if names:
                text = f"pending: {', '.join(names)}"
                yield Finding("migrations", "warn", text, "leadline migrate, or restart the server")
                return
            yield Finding("migrations", "ok", "up to date")
            now = SystemClock().now()
            yield from _contents(read_health(connection, now), now)
    except Exception as error:
        text = explain(error) or f"{type(error).__name__}: {error}"
        fix = "is it running, and is the address right? see docs/running.md"
        yield Finding("database", "fail", text, fix)


def _contents(health: Health, now: datetime) -> Iterator[Finding]:
    """Clock, jobs and events."""
    newest = health.newest_event_at
    if newest is not None and newest > now + CLOCK_TOLERANCE:
        text = f"it is {now:%Y-%m-%d %H:%M} UTC here, but the newest change is of {newest:%F %H:%M}"
        yield Finding("clock", "fail", text, "set the clock of this machine (NTP)")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")

    if health.overdue_jobs:
        text = f"{health.overdue_jobs} wait for a worker, {health.failed_jobs} failed for good"
        yield Finding("jobs", "warn", text, "run leadline serve, or leadline work beside it")
    elif health.failed_jobs:
        text = f"{health.failed_jobs} failed for good"
        yield Finding("jobs", "warn", text, "table jobs, column last_error, says why")
    else:
        yield Finding("jobs", "ok", "none waits, none failed")

    if health.failing_tasks:
        text = f"failing: {'; '.join(health.failing_tasks)}"
        yield Finding("tasks", "warn", escape_controls(text), "the log of the worker says more")
    else:
        yield Finding("tasks", "ok", "none of the periodic tasks fails")

    since = health.oldest_waiting_at
    if since is not None and now - since > EVENTS_MAY_WAIT:
        text = f"{health.events_waiting} wait for a position, the oldest since {since:%F %H:%M}"
        fix = "run leadline serve or leadline work; look for a transaction that never ends"
        yield Finding("events", "warn", text, fix)
    else:
        yield Finding("events", "ok", "all in order")
