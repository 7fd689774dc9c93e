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
MOST_DEATHS = 5
STEADY_S = 10.0
FAST_SHUTDOWN_S = 120.0
LOG_LIMIT_BYTES = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1


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
    return os.path.basename(arguments[0]) == b"postgres" and os.fsencode(cluster) in arguments


def _remove_stale_pid_file(cluster: Path) -> None:
    """Remove a `postmaster.pid` whose process id now belongs to something else.

    PostgreSQL sees through a dead process id by itself, but takes any living process of its own
    user for another server, as happens after a reboot. Call only while holding `postgres.lock`.
    """
    process_id = recorded_postmaster(cluster)
    if process_id is not None and not _is_postgres_on(process_id, cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


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


def _start_postgres(
    home: Path, user: int, group: int, command: list[str]
) -> subprocess.Popen[bytes] | None:
    """Start PostgreSQL, or return None while processes of an earlier one are still alive."""
    lock = open_lock(home / POSTGRES_LOCK)
    try:
        if not try_lock(lock, fcntl.LOCK_EX):
            return None
        _remove_stale_pid_file(home / CLUSTER)
        drops = user != os.geteuid()
        return subprocess.Popen(
            command,
            cwd=home / CLUSTER,
            user=user if drops else None,
            group=group if drops else None,
            extra_groups=[] if drops else None,
            stdin=subprocess.DEVNULL,
            pass_fds=(lock,),
            preexec_fn=_death_signal(),
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
    if log.stat().st_size > LOG_LIMIT_BYTES:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def _supervise(home: Path, clients: int, user: int, group: int, command: list[str]) -> None:
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
                process = _start_postgres(home, user, group, command)
                started_at = now
        elif process.poll() is not None:
            process = None
            deaths = deaths + 1 if now - started_at < STEADY_S else 1
            if deaths >= MOST_DEATHS:
                print(f"leadline: PostgreSQL died {deaths} times in a row; giving up", flush=True)
                break
            start_at = now + TICK_S * 2**deaths
        _keep_log_small(home / LOG_FILE)
        time.sleep(TICK_S)
    if process is not None:
        _stop_postgres(process)


def main(arguments: list[str]) -> int:
    """Detach and supervise; arguments: home, user id, group id, socket folder, command...

    Returns 1 when another supervisor is at work. Otherwise the first process returns 0 as soon
    as the supervisor lock is held, and the detached one when PostgreSQL has stopped.
    """
    home, user, group = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    socket_folder, command = Path(arguments[3]), arguments[4:]
    os.umask(0o077)

    supervisor = open_lock(home / SUPERVISOR_LOCK)
    give_up_at = time.monotonic() + 2.0
    while not try_lock(supervisor, fcntl.LOCK_EX):  # a client asking who is there holds it briefly
        if time.monotonic() > give_up_at:
            return 1
        time.sleep(0.005)
    # A PostgreSQL that outlived its supervisor has nobody to stop it. On Linux the kernel has
    # told it to stop already; being told twice does no harm.
    if not try_lock(postgres := open_lock(home / POSTGRES_LOCK), fcntl.LOCK_SH):
        orphan = recorded_postmaster(home / CLUSTER)
        if orphan is not None and _is_postgres_on(orphan, home / CLUSTER):
            with contextlib.suppress(OSError):
                os.kill(orphan, signal.SIGINT)
    os.close(postgres)

    if os.fork():  # the child is nobody's child, so that no client has to reap it
        return 0
    os.ftruncate(supervisor, 0)
    os.write(supervisor, f"{os.getpid()}\n".encode())
    clients = open_lock(home / CLIENTS_LOCK)
    try:
        _supervise(home, clients, user, group, command)
    finally:
        if socket_folder.parent != home:
            with contextlib.suppress(OSError):
                socket_folder.rmdir()
        # In this order: whoever gets the client lock next must not see a supervisor any more.
        os.close(supervisor)
        os.close(clients)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
