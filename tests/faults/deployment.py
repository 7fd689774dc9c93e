"""Real processes on one data folder, and the ways to kill them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.embedded_servers import is_down, supervisor_of, wait_until

PATIENCE_S = 60.0
_LEADLINE = (sys.executable, "-m", "leadline")


class Answer(NamedTuple):
    """An answer that came in whole."""

    status: int
    headers: dict[str, str]
    body: Any


class Line:
    """One client's connection, kept open from request to request like a real client's."""

    def __init__(self, port: int, api_key: str, timeout_s: float = PATIENCE_S) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
        }

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer | None:
        """The answer, or None when there was none: then nobody knows whether it was done."""
        text = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, text, {**self._headers, **(headers or {})})
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, json.loads(content) if content else None)

    def close(self) -> None:
        self._connection.close()


class Deployment:
    """A server with the embedded database, and beside it a worker."""

    def __init__(self, folder: Path, data: Path | None = None, **settings: str) -> None:
        self.folder = folder
        self.data = data or folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        kept = {name: text for name, text in os.environ.items() if not name.startswith("LEADLINE_")}
        self._environment = {
            **kept,
            "LEADLINE_DATA": str(self.data),
            "LEADLINE_ARGON2_MEMORY_KIB": "8",
            "LEADLINE_LOG_LEVEL": "warning",
            "LEADLINE_RATE_LIMIT": "1000000000",
            "LEADLINE_JOB_POLL_S": "0.1",
            **settings,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.organization = self._run("create-organization", "--name", "North", *_ADMIN)
        self.api_key: str = self.organization["api_key"]

    def _run(self, *arguments: str) -> Any:
        done = subprocess.run(
            [*_LEADLINE, *arguments, "--json"],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def start_server(self) -> None:
        self._start("serve", "--port", str(self.port))
        self.wait_until_ready()

    def start_worker(self) -> None:
        self._start("work")

    def _start(self, name: str, *options: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [*_LEADLINE, name, *options],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def line(self, timeout_s: float = PATIENCE_S) -> Line:
        return Line(self.port, self.api_key, timeout_s)

    def wait_until_ready(self, within_s: float = PATIENCE_S) -> float:
        """Returns how many seconds it took until the database was reached again."""
        started = time.monotonic()
        line = self.line(timeout_s=5)
        while (answer := line.send("GET", "/readyz")) is None or answer.status != 200:
            assert time.monotonic() < started + within_s, self.log("serve")
            assert self._running["serve"].poll() is None, self.log("serve")
            time.sleep(0.02)
        line.close()
        return time.monotonic() - started

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    @property
    def postmaster(self) -> int:
        pid_file = self.data / "postgres" / "cluster" / "postmaster.pid"
        return int(pid_file.read_text().split("\n", 1)[0])

    # The ways to die. Each comes back when everything is as it should be again, or will be soon.

    def kill_server(self) -> None:
        self._kill("serve")
        self.start_server()

    def kill_worker(self) -> None:
        self._kill("work")
        self.start_worker()

    def kill_postgres(self) -> None:
        """The supervisor notices."""
        with suppress(OSError, ValueError):  # it may be starting at this moment
            os.kill(self.postmaster, signal.SIGKILL)

    def kill_supervisor(self) -> None:
        """PostgreSQL follows; whoever needs it starts both anew."""
        with suppress(OSError, ValueError):
            os.kill(supervisor_of(self.data), signal.SIGKILL)

    def _kill(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def pid_of(self, name: str) -> int:
        return self._running[name].pid

    def stop(self) -> None:
        """Asks everybody to leave, waits until the database has stopped, too."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            if process.poll() is None:
                process.kill()
                process.wait()
        self._running.clear()
        wait_until(partial(is_down, self.data), within_s=60)

    def unexpected(self) -> list[str]:
        """What the processes logged that nobody should ever have to read."""
        said = self.log("serve") + (self.log("work") if (self.folder / "work.log").exists() else "")
        return re.findall(r"^\S+ \[error +\] request failed.*$", said, re.MULTILINE)


_ADMIN = ("--admin-email", "ada@example.com")


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can reach."""
    with tempfile.TemporaryDirectory(prefix="leadline-faults-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def deployed(data: Path | None = None, **settings: str) -> Iterator[Deployment]:
    """A running server and worker. Whatever happens, nothing is left behind."""
    with new_folder() as folder:
        deployment = Deployment(folder, data, **settings)
        try:
            deployment.start_server()
            deployment.start_worker()
            yield deployment
        finally:
            deployment.stop()
