"""Trouble that passes: connections cut, PostgreSQL restarted, the disk full for a while."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from leadline.store.embedded import Attachment, attach
from leadline.store.embedded_cluster import SUPERUSER
from tests.faults.audit import audit
from tests.faults.deployment import Deployment, new_folder
from tests.faults.load import Crowd, Ledger, Setting

_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_BACK_WITHIN_S = 15.0


def interrupt(
    setting: Setting, trouble: Callable[[Deployment], None], clients: int, seed: int
) -> tuple[Ledger, float]:
    """Lets clients work, makes trouble and waits for its end; returns how long after it was well.

    The clients complain of every answer but success and 503 with Retry-After, and they go on until
    everything has succeeded.
    """
    crowd = Crowd(setting, clients, seed)
    try:
        crowd.wait_for(5 * clients)
        trouble(setting.deployment)
        ended = time.monotonic()
        crowd.wait_for(clients)
        well_after_s = time.monotonic() - ended
    finally:
        ledger = crowd.stop()
    audit(setting.deployment, ledger)
    assert well_after_s < _BACK_WITHIN_S
    return ledger, well_after_s


def cut_connections(deployment: Deployment, times: int = 10) -> None:
    """Ends every connection to the database, over and over."""
    with attach(deployment.data) as server, _superuser(server) as connection:
        for _ in range(times):
            connection.execute(_CUT)
            time.sleep(0.1)


def restart_postgres(deployment: Deployment) -> None:
    """Stops it as an administrator would; the supervisor starts it again."""
    os.kill(deployment.postmaster, signal.SIGINT)


def fill_disk(disk: Path, deployment: Deployment, seconds: float = 3.0) -> None:
    """Leaves no byte free, not even for the next segment of the write-ahead log."""
    filler = disk / "filler"
    with attach(deployment.data) as server:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError), filler.open("ab", buffering=0) as file:
                while file.write(bytes(1 << 16)):
                    pass
            with suppress(psycopg.OperationalError), _superuser(server) as connection:
                connection.execute("SELECT pg_switch_wal()")
            time.sleep(0.1)
        filler.unlink()


def _superuser(server: Attachment) -> psycopg.Connection[tuple[object, ...]]:
    url = make_conninfo(server.database_url, user=SUPERUSER)
    return psycopg.connect(url, autocommit=True)


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A disk of that size. Only root can mount one."""
    options = f"size={size},mode=755"
    with new_folder() as disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True)
        try:
            yield disk
        finally:
            subprocess.run(["umount", str(disk)], check=True)
