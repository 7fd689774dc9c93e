"""Running imports as the command line does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import structlog

from leadline.cli import main
from tests.imports.making import (
    Command,
)


@pytest.fixture
def run(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Runs ``leadline import ... --json`` in the folder of the test; returns what it printed."""
    monkeypatch.setenv("LEADLINE_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, status: int = 0) -> dict[str, Any]:
        capsys.readouterr()  # what the server has logged
        with pytest.raises(SystemExit) as ended:
            main(["import", *arguments, "--json"])
        said = capsys.readouterr()
        structlog.reset_defaults()
        assert ended.value.code == status, said.err
        answer: dict[str, Any] = json.loads(said.out.splitlines()[-1])
        return answer

    return command
