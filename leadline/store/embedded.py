"""Share one embedded PostgreSQL among all processes that use the same data folder.

`attach(data)` starts the server when nobody has, and the server stops by itself when the last
attached process has closed or died; `embedded_supervisor.py` tells how. Every process attaches
for itself: workers and forked children must not use the attachment of their parent.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from leadline.store import embedded_supervisor
from leadline.store.embedded_cluster import PORT, SUPERUSER, open_home, prepare, socket_folder
from leadline.store.embedded_programs import EmbeddedServerError, clean_environment
from leadline.store.embedded_supervisor import (
    CLIENTS_LOCK,
    CLUSTER,
    LOG_FILE,
    START_LOCK,
    SUPERVISOR_LOCK,
    open_lock,
    recorded_postmaster,
    try_lock,
)
from leadline.store.roles import APP_ROLE

__all__ = ["Attachment", "EmbeddedServerError", "attach"]

OWNER = "leadline"
EXTENSIONS = ("btree_gin", "pg_trgm")
POLL_S = 0.015
# A supervisor that was killed is worth another try, one that gives up again and again is not.
MOST_LAUNCHES = 3

# A forked child shares the locks of its parent, and would keep the server alive for its own life.
# Closing its copies leaves the parent's locks as they are.
_open_locks: set[int] = set()


def _close_inherited_locks() -> None:
    while _open_locks:
        os.close(_open_locks.pop())


os.register_at_fork(after_in_child=_close_inherited_locks)


class Attachment:
    """One process's hold on the embedded server: as long as it is open, the server runs.

    `database_url` is for psycopg and libpq, as the owner of the database; `app_url` is the same as
    a role that owns nothing (see `roles.py`). `log_file` is the server's log.
    """

    def __init__(
        self, home: Path, server_options: Mapping[str, str], database: str, clients: int
    ) -> None:
        self.database_url = _url(socket_folder(home), OWNER, database)
        self.app_url = _url(socket_folder(home), APP_ROLE, database)
        self.log_file = home / LOG_FILE
        self._home = home
        self._server_options = server_options
        self._database = database
        self._clients: int | None = clients
        self._process = os.getpid()

    @property
    def pid(self) -> int:
        """The process id of the postmaster, which changes when the server had to be restarted."""
        pid = recorded_postmaster(self._home / CLUSTER)
        if pid is None:
            raise EmbeddedServerError("PostgreSQL is not running. Call ensure_running().")
        return pid

    def ensure_running(self, timeout_s: float = 60) -> None:
        """Wait until the server takes connections, starting it if it is down.

        Costs some 20 ms when all is well; call it when a connection fails. Raises
        EmbeddedServerError if the server does not run within `timeout_s` seconds.
        """
        if self._clients is None or self._process != os.getpid():
            raise EmbeddedServerError(
                "This attachment is closed, or of the parent process. Call attach() again."
            )
        deadline = time.monotonic() + timeout_s
        with _plain_errors(self._home):
            _ensure_server(self._home, self._server_options, self._database, deadline)

    def close(self, *, wait_s: float = 10) -> None:
        """Let go of the server. The last one to do so waits up to `wait_s` seconds for its end.

        Without that wait, a container could be torn down around PostgreSQL's clean shutdown.
        """
        clients, self._clients = self._clients, None
        if clients is None or self._process != os.getpid():
            return
        deadline = time.monotonic() + wait_s
        fcntl.flock(clients, fcntl.LOCK_UN)
        while time.monotonic() < deadline and _is_supervised(self._home):
            if not try_lock(clients, fcntl.LOCK_EX) and try_lock(clients, fcntl.LOCK_SH):
                break  # others hold it as we did, so the server goes on
            fcntl.flock(clients, fcntl.LOCK_UN)
            time.sleep(POLL_S)
        _close(clients)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def attach(
    data: Path,
    *,
    server_options: Mapping[str, str] | None = None,
    database: str = "leadline",
    start_timeout_s: float = 60,
) -> Attachment:
    """Return a hold on the PostgreSQL of the folder `data`, started and set up if necessary.

    `server_options` are settings of PostgreSQL, used only if this call starts the server.
    `database` is created if missing, owned by the role `leadline` that the URL names. Raises
    EmbeddedServerError if all this is not done within `start_timeout_s` seconds, or cannot be.
    """
    deadline = time.monotonic() + start_timeout_s
    options = dict(server_options or {})
    with _plain_errors(data):
        home = open_home(data)
        clients = _open(home / CLIENTS_LOCK)
        try:
            # Not to be had while a supervisor is stopping the server: then a new one is due.
            _wait_for(lambda: try_lock(clients, fcntl.LOCK_SH), deadline, home, "stop")
            _ensure_server(home, options, database, deadline)
            return Attachment(home, options, database, clients)
        except BaseException:
            _close(clients)
            raise


def _ensure_server(
    home: Path, server_options: Mapping[str, str], database: str, deadline: float
) -> None:
    """Return when the server takes connections and has `database`; hold the client lock."""
    start = _open(home / START_LOCK)
    try:
        _wait_for(lambda: try_lock(start, fcntl.LOCK_EX), deadline, home, "start")
        launches = 0
        trouble = "it is not ready"
        while True:
            if not _is_supervised(home):
                if launches == MOST_LAUNCHES:
                    raise EmbeddedServerError(f"PostgreSQL does not start. {_last_words(home)}")
                _launch(home, server_options)
                launches += 1
            if _says_ready(home):
                try:
                    _prepare_database(socket_folder(home), database)
                    return
                except psycopg.OperationalError as error:  # it has just died, or is about to
                    trouble = str(error)
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"PostgreSQL took too long to start ({trouble}). After a crash it may need "
                    f"more time: try again. {_last_words(home)}"
                )
            time.sleep(POLL_S)
    finally:
        _close(start)


def _is_supervised(home: Path) -> bool:
    """Tell whether a supervisor is at work."""
    supervisor = _open(home / SUPERVISOR_LOCK)
    try:
        return not try_lock(supervisor, fcntl.LOCK_SH)
    finally:
        _close(supervisor)


def _says_ready(home: Path) -> bool:
    """Tell whether PostgreSQL has noted that it takes connections.

    That note outlives a killed server. It only spares the log a complaint about each early try.
    """
    try:
        return "\nready" in (home / CLUSTER / "postmaster.pid").read_text()
    except OSError:
        return False


def _launch(home: Path, server_options: Mapping[str, str]) -> None:
    """Start a supervisor; when this returns it holds its lock, so everybody can see it."""
    launch = prepare(home, server_options)
    script = embedded_supervisor.__file__
    identity = [str(launch.user.uid), str(launch.user.gid), str(launch.socket_folder)]
    log = os.open(home / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        started = subprocess.run(
            # -I -S: nothing but the standard library, which starts in a few milliseconds.
            [sys.executable, "-I", "-S", script, str(home), *identity, *launch.command],
            check=False,
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    if started.returncode != 0:
        raise EmbeddedServerError(f"PostgreSQL's supervisor does not start. {_last_words(home)}")


def _prepare_database(socket: Path, database: str) -> None:
    """Create the roles, the database and its extensions, whichever are missing."""
    with _connect(socket, "postgres") as admin:
        owner = sql.Identifier(OWNER)
        name = sql.Identifier(database)
        roles = {role for (role,) in admin.execute("SELECT rolname FROM pg_roles")}
        if OWNER not in roles:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(owner))
        if APP_ROLE not in roles:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_ROLE)))
        found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not found.fetchone():
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    with _connect(socket, database) as admin:
        missing = admin.execute(
            "SELECT name FROM pg_available_extensions "
            "WHERE name = ANY(%s) AND installed_version IS NULL",
            [list(EXTENSIONS)],
        ).fetchall()
        for (extension,) in missing:
            admin.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))


def _connect(socket: Path, database: str) -> psycopg.Connection:
    url = _url(socket, SUPERUSER, database)
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def _url(socket: Path, role: str, database: str) -> str:
    host = quote(os.fsencode(socket), safe="")
    return f"postgresql://{role}@/{quote(database, safe='')}?host={host}&port={PORT}"


def _wait_for(condition: Callable[[], bool], deadline: float, home: Path, doing: str) -> None:
    while not condition():
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"Another process has been busy to {doing} the PostgreSQL of {home} for too long. "
                f"Try again, or look into {home / LOG_FILE}."
            )
        time.sleep(POLL_S)


@contextlib.contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the operating system and of PostgreSQL into EmbeddedServerError."""
    try:
        yield
    except OSError as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL cannot use {folder}: {error}. Check who owns that folder "
            "and whether the disk is full, or choose another data folder (--data)."
        ) from error
    except psycopg.Error as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL could not set up its database: {error}. See {folder}."
        ) from error


def _last_words(home: Path) -> str:
    """Return the end of the server's log, where the reason of a failure stands."""
    try:
        lines = (home / LOG_FILE).read_text(errors="replace").splitlines()[-5:]
    except OSError:
        lines = []
    return "\n".join([f"The end of {home / LOG_FILE}, which tells why:", *lines])


def _open(path: Path) -> int:
    descriptor = open_lock(path)
    _open_locks.add(descriptor)
    return descriptor


def _close(descriptor: int) -> None:
    _open_locks.discard(descriptor)
    os.close(descriptor)
