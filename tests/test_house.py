"""The house keeps its shape: sizes, names, docstrings, where things stand, documentation in step.

An exception stands in one of the tables below with its reason. The tables only shrink: an exception
that is no longer needed fails the test too.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from leadline.settings import Settings, variable_name
from tests.samples import all_operations

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "leadline"
FEATURES = PACKAGE / "features"
DIALECTS = PACKAGE / "dialects"
PYTHON_FOLDERS = (PACKAGE, ROOT / "tests", ROOT / "benchmarks")


class Allowed(NamedTuple):
    """So many lines and no more, since a day (2026-01-31), for a reason."""

    lines: int
    since: str
    why: str


MAX_FILE_LINES = 400  # without imports
LONG_FILES: dict[str, Allowed] = {}  # "leadline/x/y.py": Allowed(...)

MAX_FUNCTION_LINES = 60
LONG_FUNCTIONS: dict[str, Allowed] = {}  # "leadline/x/y.py:Class.method": Allowed(...)

# Lock files may be larger, and pictures of the documentation are binary.
MAX_KEPT_BYTES = 300_000
DOC_PICTURES = ROOT / "docs" / "pictures"

# Names that say nothing about what is inside.
EMPTY_NAMES = {"utils", "helpers", "common", "base", "manager", "core"}

# SQL that reads the clock. The time comes as a parameter, so that tests can move it.
SQL_CLOCK = re.compile(
    r"\bnow\s*\(\s*\)"
    r"|\b(current_date|current_time|current_timestamp|localtime|localtimestamp)\b"
    r"|\b(clock|statement|transaction)_timestamp\b",
    re.IGNORECASE,
)
SQL_CLOCK_READERS: dict[str, str] = {  # "leadline/x/y.py": why
    "leadline/dialects/close/leads/lead_shapes.py": "no SQL: a key that Close calls localtime",
}

FEATURE_FILES = {
    "__init__.py",
    "actions.py",
    "inputs.py",
    "jobs.py",
    "queries.py",
    "tables.py",
}
FEATURE_EXTRAS: dict[str, str] = {  # "leads/x.py": why
    "custom_fields/references.py": "a format that is kept, for everybody who reads or writes it",
    "opportunities/value.py": "a rule in Python and in SQL, side by side",
}

# A row of docs/settings.md: the variable and its default.
SETTING = re.compile(r"^\| `(LEADLINE_[A-Z0-9_]+)` \| `?([^`|]*?)`? \|", re.MULTILINE)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files(folder: Path, pattern: str = "*") -> list[Path]:
    found = folder.rglob(pattern)
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def python_files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in files(folder, "*.py")]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=shown(path))


def imported_lines(path: Path) -> int:
    """How many lines import something: a file gets no harder to read by them."""
    return sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in parsed(path).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    )


def imported_modules(path: Path) -> Iterator[str]:
    """Every module that is imported, and every name that may be one."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def assigned(path: Path) -> set[str]:
    """The names that a module gives values to."""
    targets = (
        target
        for node in parsed(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )
    return {target.id for target in targets if isinstance(target, ast.Name)}


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Every function with its dotted name and its number of lines."""
    for node in ast.iter_child_nodes(tree):
        name = prefix
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}.{node.name}" if prefix else node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield name, (node.end_lineno or node.lineno) - node.lineno + 1
        yield from functions(node, name)


def too_long(sizes: dict[str, int], most: int, exceptions: dict[str, Allowed]) -> list[str]:
    """What is longer than it may be, and exceptions that nothing needs any more."""
    complaints = [
        f"{name} has {size} lines, at most {exceptions[name].lines if name in exceptions else most}"
        for name, size in sizes.items()
        if size > (exceptions[name].lines if name in exceptions else most)
    ]
    return complaints + [
        f"{name} needs its exception no more" for name in exceptions if sizes.get(name, 0) <= most
    ]


def docstrings(tree: ast.AST) -> set[ast.AST]:
    """The nodes that are docstrings: prose about SQL is not SQL."""
    owners = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def sql_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Whatever can hold SQL, with its line: migrations without comments, strings of a module."""
    if path.suffix == ".sql":
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield number, line.partition("--")[0]
        return
    tree = parsed(path)
    prose = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in prose:
            if isinstance(node.value, str):
                yield node.lineno, node.value
            elif isinstance(node.value, bytes):
                yield node.lineno, node.value.decode(errors="replace")


def misplaced(features: Path) -> list[str]:
    """Files that do not belong into a feature's folder."""
    strangers = []
    for path in files(features):
        where = path.relative_to(features)
        feature_file = len(where.parts) == 2 and where.name in FEATURE_FILES
        if not (
            where.as_posix() == "__init__.py"
            or (path.suffix == ".py" and feature_file)
            or where.as_posix() in FEATURE_EXTRAS
        ):
            strangers.append(shown(path))
    return strangers


def test_files_are_short() -> None:
    sizes = {
        shown(path): len(path.read_text(encoding="utf-8").splitlines()) - imported_lines(path)
        for path in python_files(*PYTHON_FOLDERS)
    }
    assert sizes
    assert too_long(sizes, MAX_FILE_LINES, LONG_FILES) == []


def test_functions_are_short() -> None:
    sizes: dict[str, int] = {}
    for path in python_files(PACKAGE):
        for name, size in functions(parsed(path)):
            key = f"{shown(path)}:{name}"
            sizes[key] = max(size, sizes.get(key, 0))  # a property and its setter share a name
    assert sizes
    assert too_long(sizes, MAX_FUNCTION_LINES, LONG_FUNCTIONS) == []


def test_only_text_of_a_readable_size_is_kept() -> None:
    """A reviewer reads what is committed: no build products, and nothing too large to look at."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing says what is committed")
    kept = [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert ROOT / "README.md" in kept
    complaints = [
        shown(path)
        for path in kept
        if not (path.parent == DOC_PICTURES and path.suffix == ".png")
        and (
            b"\0" in path.read_bytes()
            or (path.stat().st_size > MAX_KEPT_BYTES and path.suffix != ".lock")
        )
    ]
    assert complaints == []


def test_names_say_what_is_inside() -> None:
    empty = [
        shown(path)
        for folder in PYTHON_FOLDERS
        for path in sorted(folder.rglob("*"))
        if path.name.split(".")[0].lower() in EMPTY_NAMES
    ]
    assert empty == []


def test_no_test_module_takes_from_another() -> None:
    """What tests share stands in a ``making.py`` or under a name of its own."""
    borrowed = [
        f"{shown(path)} imports {name}"
        for path in files(ROOT / "tests", "*.py")
        for name in imported_modules(path)
        if name.startswith("tests.") and name.rpartition(".")[2].startswith("test_")
    ]
    assert borrowed == []


def test_every_module_with_operations_has_tests_of_its_name() -> None:
    """Where its rules are tested can be guessed from where it stands."""
    tested = {
        path: ROOT / "tests" / path.relative_to(DIALECTS).parent / f"test_{path.name}"
        for path in files(DIALECTS, "*.py")
        if path.name not in ("__init__.py", "dialect.py") and "OPERATIONS" in assigned(path)
    }
    assert DIALECTS / "close" / "activities" / "outcomes.py" in tested
    assert [shown(test) for test in tested.values() if not test.is_file()] == []


def test_modules_open_with_a_sentence() -> None:
    silent = [shown(path) for path in python_files(PACKAGE) if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_sql_never_reads_the_clock() -> None:
    readers: dict[str, list[int]] = {}
    for path in [*files(PACKAGE, "*.sql"), *python_files(PACKAGE)]:
        lines = [line for line, text in sql_texts(path) if SQL_CLOCK.search(text)]
        if lines:
            readers[shown(path)] = lines
    assert {name: at for name, at in readers.items() if name not in SQL_CLOCK_READERS} == {}
    assert [name for name in SQL_CLOCK_READERS if name not in readers] == []


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT Now( )", True),
        ("DEFAULT CURRENT_TIMESTAMP", True),
        ("clock_timestamp() AT TIME ZONE 'UTC'", True),
        ("SELECT known()", False),
        ("SELECT now FROM clocks", False),
    ],
)
def test_the_clock_is_recognised(sql: str, reads: bool) -> None:
    assert bool(SQL_CLOCK.search(sql)) is reads


def test_features_hold_the_usual_files() -> None:
    assert FEATURES.is_dir()
    assert misplaced(FEATURES) == []
    assert [extra for extra in FEATURE_EXTRAS if not (FEATURES / extra).is_file()] == []


def test_every_setting_is_documented_with_its_default() -> None:
    defaults = Settings(data=Path("~/.local/share/leadline"))
    expected = {
        variable_name(name): "none" if value is None else str(value).lower()
        for name, value in msgspec.structs.asdict(defaults).items()
    }
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert dict(SETTING.findall(text)) == expected


def test_handlers_are_named_after_what_they_do() -> None:
    """``lead.list`` is carried out by ``list_leads``, in whichever dialect."""
    usual = {"list", "get", "create", "update", "delete"}
    handlers = [
        (operation.name, operation.run.__name__)
        for _, operation in all_operations()
        # What is made of an action or a table has no name of its own.
        if operation.function is operation.run and operation.name.partition(".")[2] in usual
    ]
    assert handlers
    assert [
        (name, handler)
        for name, handler in handlers
        if not handler.startswith(name.partition(".")[2] + "_")
    ] == []
