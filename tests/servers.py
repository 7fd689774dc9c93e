"""Servers and commands as processes, on free ports."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


LEADLINE = (sys.executable, "-m", "leadline")

PATIENCE_S = 60


class Server:
    """``leadline serve`` on a port of its own, with the folder that its output goes to."""

    def __init__(self, folder: Path, port: int, environment: dict[str, str], *options: str) -> None:
        self._port = port
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
            self.process = subprocess.Popen(
                [*LEADLINE, "serve", "--port", str(port), *options],
                env=environment,
                stdout=out,
                stderr=err,
            )

    @property
    def out(self) -> str:
        return (self._folder / "out").read_text()

    @property
    def log(self) -> str:
        return (self._folder / "err").read_text()

    def wait_until_ready(self) -> None:
        assert self.get_when_answered("/readyz") == {"status": "ok"}

    def get_when_answered(self, path: str, authorization: str | None = None) -> Any:
        """Asks until there is an answer; nothing else tells from outside that a server is up."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log
            with suppress(ConnectionError):
                status, body = self._send("GET", path, None, authorization)
                if status != 503:
                    assert status == 200, body
                    return body
            time.sleep(0.02)
        raise AssertionError(self.log)

    def get_until(self, instant: float, path: str) -> None:
        """Asks again and again."""
        while time.monotonic() < instant:
            self.get(path)

    def get(self, path: str, authorization: str | None = None) -> Any:
        status, body = self._send("GET", path, None, authorization)
        assert status == 200, body
        return body

    def post(self, path: str, body: Any, authorization: str | None = None) -> Any:
        status, body = self._send("POST", path, json.dumps(body), authorization)
        assert status in (200, 201), body
        return body

    def _send(
        self, method: str, path: str, body: str | None, authorization: str | None
    ) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if authorization is not None:
            headers["Authorization"] = authorization
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)) as to:
            to.request(method, path, body, headers)
            answer = to.getresponse()
            assert answer.getheader("server") is None
            return answer.status, json.load(answer)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


class Machine:
    """Where servers are started: one database or data folder, one port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self.port = free_port()
        kept = {name: text for name, text in os.environ.items() if not name.startswith("LEADLINE_")}
        self.environment = {
            **kept,
            "LEADLINE_DATA": str(folder / "data"),
            "LEADLINE_ARGON2_MEMORY_KIB": "8",
            "LEADLINE_LOG_JSON": "true",
            **settings,
        }
        self._servers: list[Server] = []

    def start(self, *options: str, port: int | None = None) -> Server:
        folder = self._folder / f"server-{len(self._servers)}"
        folder.mkdir()
        server = Server(folder, port or self.port, self.environment, *options)
        self._servers.append(server)
        return server

    def run(self, *arguments: str) -> Any:
        """Runs another command with ``--json`` and returns what it answers."""
        done = subprocess.run(
            [*LEADLINE, *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def clear(self) -> None:
        for server in self._servers:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()


@contextmanager
def cleared(machine: Machine) -> Iterator[Machine]:
    try:
        yield machine
    finally:
        machine.clear()


def printed(server: Server, name: str) -> str:
    """A value from what the first start prints."""
    (found,) = re.findall(rf"^  {name} +(\S+)$", server.out, re.MULTILINE)
    assert isinstance(found, str)
    return found
