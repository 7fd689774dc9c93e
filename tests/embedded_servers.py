"""Other processes that use the embedded PostgreSQL, and what tests ask of its server."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from leadline.store.embedded import Attachment
from leadline.store.embedded_supervisor import open_lock, try_lock

FAST = {"fsync": "off", "shared_buffers": "8MB"}

# What another process does: attach, say where the server is, leave when its input ends.
CLIENT = """
import json, sys
from pathlib import Path
from leadline.store.embedded import attach
with attach(Path(sys.argv[1]), server_options=json.loads(sys.argv[2])) as server:
    print(json.dumps([server.database_url, server.pid]), flush=True)
    sys.stdin.read()
"""


class Client:
    """Another process that is attached to the server of a data folder."""

    def __init__(self, data: Path) -> None:
        self.process = python(CLIENT, str(data), json.dumps(FAST))

    def server(self) -> tuple[str, int]:
        """Wait until the client is attached; return the URL and the postmaster's id."""
        assert self.process.stdout is not None
        url, pid = json.loads(self.process.stdout.readline())
        return url, pid

    def leave(self) -> None:
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], bool], within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def free(lock: Path) -> bool:
    descriptor = open_lock(lock)
    try:
        return try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def is_down(data: Path) -> bool:
    """Whether neither the supervisor nor any process of PostgreSQL is left."""
    return all(free(data / "postgres" / f"{name}.lock") for name in ("supervisor", "postgres"))


def supervisor_of(data: Path) -> int:
    return int((data / "postgres" / "supervisor.lock").read_text())


def kill_supervisor(data: Path) -> None:
    os.kill(supervisor_of(data), signal.SIGKILL)
    wait_until(partial(free, data / "postgres" / "supervisor.lock"))


def kill_postgres(server: Attachment) -> None:
    killed = server.pid
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not lives(killed))  # the supervisor takes note


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def log_of(data: Path) -> str:
    return (data / "postgres" / "server.log").read_text()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def write_note(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        connection.execute("INSERT INTO notes VALUES (%s)", [text])


def has_note(url: str, text: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM notes WHERE text = %s", [text])
        return found.fetchone() is not None


def modes_up_from(folder: Path) -> dict[Path, tuple[int, int]]:
    found = {path: path.stat() for path in (folder, *folder.parents)}
    return {path: (stat.S_IMODE(info.st_mode), info.st_uid) for path, info in found.items()}


@contextmanager
def data_folder() -> Iterator[Path]:
    """A new data folder that every user can reach; no server may be left in it."""
    folder = Path(tempfile.mkdtemp(prefix="leadline-data-"))
    folder.chmod(0o755)
    yield folder
    for lock in folder.rglob("supervisor.lock"):
        wait_until(partial(is_down, lock.parents[1]))
    shutil.rmtree(folder)
