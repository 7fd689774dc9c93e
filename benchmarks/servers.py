"""Server processes for benchmarks, and what they cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that serves HTTP on a loopback port. Use it as a context manager."""

    def __init__(self, arguments: list[str], port: int, ready: str, **environment: str) -> None:
        self.port = port
        self._process = subprocess.Popen(
            [sys.executable, *arguments], env={**os.environ, **environment}
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=1)
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.close()
                    raise
                time.sleep(0.05)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    @property
    def cpu_s(self) -> float:
        """User and system time of the process so far, in seconds."""
        return _cpu_s(self._process.pid)

    @property
    def memory_mib(self) -> float:
        """Proportional set size, in MiB."""
        lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()
        pss = next(line for line in lines if line.startswith("Pss:"))
        return int(pss.split()[1]) / 1024


def _cpu_s(pid: int) -> float:
    return _times(pid)[1]


def _times(pid: int) -> tuple[int, float]:
    """The parent of a process, and its processor time."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def database_cpu_s(postmaster: int) -> float:
    """Processor time of all processes that PostgreSQL has at the moment, in seconds."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended meanwhile
            parent, seconds = _times(int(folder.name))
            total += seconds if parent == postmaster else 0.0
    return total


def leadline(url: str, port: int, module: str = "leadline") -> Server:
    """One process of Leadline on that database, without jobs and without limits."""
    return Server(
        ["-m", module, "serve", "--port", str(port)],
        port,
        "/readyz",
        LEADLINE_DATABASE_URL=url,
        LEADLINE_RATE_LIMIT="1000000000",
        LEADLINE_LOG_LEVEL="warning",
        LEADLINE_RUN_JOBS="false",
    )
