"""Keep one PostgreSQL running while any process holds the client lock; then stop it cleanly.

`leadline.store.embedded` runs this file as a detached script (`python -I -S <this file> ...`), so
it imports the standard library only and starts in a few milliseconds. It also holds the few
facts that both sides must agree on: the names in the server's folder and how locks are taken.

All locks are `flock` locks, because the kernel gives those back however a process ends:

- `clients.lock`     shared by every attached process; the supervisor stops PostgreSQL once it
                     gets the lock exclusively, that is when the last client has gone.
- `start.lock`       held by the client that is starting the server; one at a time.
- `supervisor.lock`  held by the supervisor for its life; it also contains its process id.
- `postgres.lock`    inherited by PostgreSQL and all its children: while it is held, something
                     still uses the cluster's files, whatever `postmaster.pid` says.
"""

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

CLIENTS_LOCK = "clients.lock"
START_LOCK = "start.lock"
SUPERVISOR_LOCK = "supervisor.lock"
POSTGRES_LOCK = "postgres.lock"
CLUSTER = "cluster"
LOG_FILE = "server.log"

TICK_S = 0.05
# A signalled supervisor first waits for its clients: at a system shutdown they got the signal too.
GRACE_S = 10.0
# PostgreSQL that dies this often in a row without a steady run is broken, not unlucky.
MOST_DEATHS = 4
STEADY_S = 10.0
FAST_SHUTDOWN_S = 120.0
LOG_LIMIT_BYTES = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1


class Server(NamedTuple):
    """What the supervisor keeps running: `command` in the cluster of `home`, as this user."""

    home: Path
    user: int
    group: int
    socket_folder: Path
    command: list[str]


def open_lock(path: Path) -> int:
    """Open the lock file `path`, creating it if missing; return a descriptor closed on exec."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, kind: int) -> bool:
    """Take the lock of `kind` (`fcntl.LOCK_SH` or `LOCK_EX`) if that is possible at once.

    On failure a lock that the descriptor already held is lost: that is how flock converts.
    """
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def recorded_postmaster(cluster: Path) -> int | None:
    """Return the process id in the cluster's `postmaster.pid`, alive or not; None without one."""
    try:
        return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _is_postgres_on(process_id: int, cluster: Path) -> bool:
    """Tell whether this process is alive and a postmaster that was started for `cluster`."""
    if sys.platform != "linux":
        try:
            os.kill(process_id, 0)
        except OSError:
            return False
        return True  # there is no portable way to ask for more
    try:
        arguments = Path(f"/proc/{process_id}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    program = Path(os.fsdecode(arguments[0])).name
    return program == "postgres" and os.fsencode(cluster) in arguments


def _remove_stale_pid_files(server: Server) -> None:
    """Remove what a killed PostgreSQL has left: the files that name its process id.

    PostgreSQL would take any living process of its own user for the old server, and refuse to
    start, as can happen after a reboot. Call only while holding `postgres.lock`.
    """
    process_id = recorded_postmaster(server.home / CLUSTER)
    if process_id is not None and _is_postgres_on(process_id, server.home / CLUSTER):
        return
    (server.home / CLUSTER / "postmaster.pid").unlink(missing_ok=True)
    for socket_lock in server.socket_folder.glob(".s.PGSQL.*.lock"):
        socket_lock.unlink(missing_ok=True)


def _death_signal() -> Callable[[], None] | None:
    """Return what a child must call so that it gets SIGINT when this process dies (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    supervisor = os.getpid()

    def ask_for_death_signal() -> None:
        # Runs after the change of user, which would clear the setting.
        prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != supervisor:  # it died before the setting took hold
            os._exit(1)

    return ask_for_death_signal


def _start_postgres(server: Server) -> subprocess.Popen[bytes] | None:
    """Start PostgreSQL, or return None while processes of an earlier one are still alive."""
    lock = open_lock(server.home / POSTGRES_LOCK)
    try:
        if not try_lock(lock, fcntl.LOCK_EX):
            return None
        _remove_stale_pid_files(server)
        drops = server.user != os.geteuid()
        return subprocess.Popen(
            server.command,
            cwd=server.home / CLUSTER,
            user=server.user if drops else None,
            group=server.group if drops else None,
            extra_groups=[] if drops else None,
            stdin=subprocess.DEVNULL,
            pass_fds=(lock,),
            preexec_fn=_death_signal(),  # noqa: PLW1509 - this process has a single thread
        )
    finally:
        os.close(lock)  # PostgreSQL has its own copy now


def _stop_postgres(process: subprocess.Popen[bytes]) -> None:
    """Stop PostgreSQL: fast shutdown first, harder means only when that hangs."""
    for how, patience_s in ((signal.SIGINT, FAST_SHUTDOWN_S), (signal.SIGQUIT, 10.0)):
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
            return
    process.kill()
    process.wait()


def _keep_log_small(log: Path) -> None:
    """Move the log's content to `<log>.1` once it is large; writers append, so they carry on."""
    with contextlib.suppress(OSError):  # a log is no reason to stop the server
        if log.stat().st_size > LOG_LIMIT_BYTES:
            with contextlib.suppress(OSError):  # not even when the disk is full
                shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)


def _supervise(server: Server, clients: int) -> None:
    """Run PostgreSQL until the last client has left, a signal says stop, or it keeps dying."""
    leave_at = float("inf")

    def leave_soon(*_: object) -> None:
        nonlocal leave_at
        leave_at = min(leave_at, time.monotonic() + GRACE_S)

    signal.signal(signal.SIGTERM, leave_soon)
    signal.signal(signal.SIGINT, leave_soon)

    process: subprocess.Popen[bytes] | None = None
    deaths, started_at, start_at = 0, 0.0, 0.0
    while not try_lock(clients, fcntl.LOCK_EX) and (now := time.monotonic()) < leave_at:
        if process is None:
            if now >= start_at:
                process = _start_postgres(server)
                started_at = now
        elif process.poll() is not None:
            process = None
            deaths = deaths + 1 if now - started_at < STEADY_S else 1
            if deaths >= MOST_DEATHS:
                sys.stderr.write(f"PostgreSQL died {deaths} times in a row, giving up\n")
                break
            start_at = now + TICK_S * 2**deaths
        _keep_log_small(server.home / LOG_FILE)
        time.sleep(TICK_S)
    if process is not None:
        _stop_postgres(process)


def _tell_orphan_to_stop(home: Path) -> None:
    """Stop a PostgreSQL that has outlived its supervisor, since nobody else would.

    On Linux the kernel has told it already; being told twice does no harm.
    """
    postgres = open_lock(home / POSTGRES_LOCK)
    if not try_lock(postgres, fcntl.LOCK_SH):
        orphan = recorded_postmaster(home / CLUSTER)
        if orphan is not None and _is_postgres_on(orphan, home / CLUSTER):
            with contextlib.suppress(OSError):
                os.kill(orphan, signal.SIGINT)
    os.close(postgres)


def main(home: str, user: str, group: str, socket_folder: str, *command: str) -> int:
    """Detach and supervise.

    Returns 1 when another supervisor is at work. Otherwise the first process returns 0 as soon
    as the supervisor lock is held, and the detached one when PostgreSQL has stopped.
    """
    server = Server(Path(home), int(user), int(group), Path(socket_folder), list(command))
    os.umask(0o077)
    supervisor = open_lock(server.home / SUPERVISOR_LOCK)
    give_up_at = time.monotonic() + 2.0
    while not try_lock(supervisor, fcntl.LOCK_EX):  # a client asking who is there holds it briefly
        if time.monotonic() > give_up_at:
            return 1
        time.sleep(0.005)
    _tell_orphan_to_stop(server.home)

    if os.fork():  # the child is nobody's child, so that no client has to reap it
        return 0
    os.ftruncate(supervisor, 0)
    os.write(supervisor, f"{os.getpid()}\n".encode())
    clients = open_lock(server.home / CLIENTS_LOCK)
    try:
        _supervise(server, clients)
    finally:
        # Clients that are still there know the socket by its place.
        if server.socket_folder.parent != server.home and try_lock(clients, fcntl.LOCK_EX):
            with contextlib.suppress(OSError):
                server.socket_folder.rmdir()
        # In this order: whoever gets the client lock next must not see a supervisor any more.
        os.close(supervisor)
        os.close(clients)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
