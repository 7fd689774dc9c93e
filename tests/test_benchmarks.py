"""The benchmarks run: what they measure is not judged here, that their answers agree is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_history_benchmark_runs() -> None:
    """With DuckDB where it is installed. The ways to ask check each other's answers."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "history", "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "| whole days | month |" in done.stdout
    assert "| 16 | one by one, all to one count |" in done.stdout
