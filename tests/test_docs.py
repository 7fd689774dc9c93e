"""What the documentation tells people to type exists: settings, commands, headers, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from leadline.cli import app
from leadline.settings import Settings, variable_name
from tests.cast import World

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Read by the tests alone, as CONTRIBUTING and the Makefile say.
NOT_SETTINGS = {"LEADLINE_TEST_DATABASE_URL", "LEADLINE_OLIST"}
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def code_of(page: Path) -> str:
    """What stands in code spans and blocks, where people copy from."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return "\n".join([*blocks, *spans])


@pytest.fixture(scope="module")
def commands() -> set[str]:
    """Every command, those of groups by both words."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    found: set[str] = set()
    for name, command in group.commands.items():
        found.add(name)
        if isinstance(command, TyperGroup):
            found.update(f"{name} {inner}" for inner in command.commands)
    return found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_settings_that_are_named_exist(page: Path):
    known = {variable_name(name) for name in Settings.__struct_fields__} | NOT_SETTINGS
    named = set(re.findall(r"\bLEADLINE_[A-Z0-9_]*[A-Z0-9]\b", page.read_text(encoding="utf-8")))
    assert {name for name in named - known if not is_family(name, known)} == set()


def is_family(name: str, known: set[str]) -> bool:
    """``LEADLINE_S3`` in ``LEADLINE_S3_...`` stands for several."""
    return any(each.startswith(f"{name}_") for each in known)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_that_are_shown_exist(page: Path, commands: set[str]):
    shown = re.findall(r"(?:^|\s)leadline ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", code_of(page), re.M)
    groups = {name.partition(" ")[0] for name in commands if " " in name}
    missing = {
        f"{first} {second}".strip()
        for first, second in shown
        if first not in commands
        or (first in groups and second and f"{first} {second}" not in commands)
    }
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_files_that_are_linked_or_named_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]*)?\)", text)
    named = re.findall(r"`((?:leadline|tests|docs|benchmarks)/[\w./]+\.\w+)`", text)
    missing = [link for link in linked if not (page.parent / link).exists()]
    missing += [name for name in named if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("page", ["docs/performance.md", "docs/observability.md"])
def test_the_header_that_asks_for_the_cost_of_a_call_works_as_shown(world: World, page: str):
    shown = re.findall(r"`([\w-]+-Timing): (\S+)`", (ROOT / page).read_text(encoding="utf-8"))
    assert shown
    for name, value in shown:
        answer = world.ada.close.send("GET", "/me/", headers={name: value})
        assert "statements;" in answer.headers["server-timing"]
