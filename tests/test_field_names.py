"""Problems name the fields of features; clients are told the names that they have sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from leadline.kernel import errors
from leadline.kernel.errors import InvalidError, NotFoundError, problem
from leadline.wire.field_names import with_sent_names

ROOT = Path(__file__).resolve().parent.parent
FEATURES = ROOT / "leadline" / "features"
FLOWS = ROOT / "leadline" / "flows"


class Body(msgspec.Struct, rename="camel"):
    owner_id: str = ""
    name: str = ""


@pytest.mark.parametrize(
    ("path", "names", "sent"),
    [
        (("name",), {}, ("name",)),
        (("owner_id",), {}, ("ownerId",)),
        (("owner_id", 1), {"owner_id": "userId"}, ("userId", 1)),
        (("owner_id",), {"name": "label"}, ("ownerId",)),
        (("stages", 2, "name"), {"name": "label"}, ("stages", 2, "name")),
        (("stages", 2), {"stages": "statuses"}, ("statuses", 2)),
        (("stages", 2, "type"), {"stages": "statuses"}, ("statuses", 2, "type")),
        (("stages", 2, "name"), {"stages.*.name": "statuses.*.label"}, ("statuses", 2, "label")),
        (("stages", 2, "name"), {"stages.2": "late.0", "stages.*": "s"}, ("late", 0, "name")),
        (("stage_ids", 3), {"stage_ids.*": "statuses.*.id"}, ("statuses", 3, "id")),
        (("user_ids", 0), {"user_ids.0": "allowed_user_id"}, ("allowed_user_id",)),
        (("custom", "owner_id"), {"custom": ""}, ("owner_id",)),
        (
            ("shared_user_ids", 0),
            {"shared_user_ids": "sharing.user_ids"},
            ("sharing", "user_ids", 0),
        ),
        ((), {"name": "label"}, ()),
    ],
)
def test_a_path_is_told_as_it_was_sent(path: errors.Path, names: dict[str, str], sent: errors.Path):
    told = with_sent_names(InvalidError([problem("blank", *path)]), names, Body, Body())
    assert isinstance(told, InvalidError)
    assert told.problems == (problem("blank", *sent),)


def test_names_may_depend_on_the_body():
    def names(body: Body) -> dict[str, str]:
        return {"name": body.owner_id}

    told = with_sent_names(InvalidError([problem("blank", "name")]), names, Body, Body("label"))
    assert isinstance(told, InvalidError)
    assert told.problems == (problem("blank", "label"),)


def test_an_error_without_fields_is_left_alone():
    error = NotFoundError("lead")
    assert with_sent_names(error, {"lead": "contact"}, Body, Body()) is error


# The rule itself: features and flows know no names but their own.


class Named(NamedTuple):
    """The field that a problem is said to be of, and where that is said."""

    field: str
    path: Path
    line: int


# Fields that no Struct of the feature has, each with its reason.
FOREIGN = {
    ("phone_numbers", "prefix"): "a field of what a provider is asked for (platform/telephony.py)",
}


def named_fields(path: Path) -> Iterator[Named]:
    """The first constant after ``problems``, or after the code of a problem."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name.endswith("problems.add") or name == "problem":
            field = node.args[1:2]
        else:
            at = [index for index, each in enumerate(node.args) if ast.unparse(each) == "problems"]
            field = node.args[at[0] + 1 : at[0] + 2] if at else []
        for each in field:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield Named(each.value, path, each.lineno)


def known_names(*paths: Path) -> set[str]:
    """The fields of classes, and the parameters of functions."""
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            if isinstance(node, ast.arg):
                found.add(node.arg)
    return found


def test_features_name_fields_of_their_own():
    strangers = []
    for folder in sorted(path for path in FEATURES.iterdir() if (path / "__init__.py").is_file()):
        files = sorted(folder.glob("*.py"))
        known = known_names(*files) | {"custom"}  # the column of whatever has custom fields
        strangers += [
            f"{path.relative_to(ROOT)}:{line} {field}"
            for file in files
            for field, path, line in named_fields(file)
            if field not in known and (folder.name, field) not in FOREIGN
        ]
    assert strangers == []


def test_flows_name_fields_of_features_or_of_their_own():
    features = known_names(*FEATURES.glob("*/tables.py"), *FEATURES.glob("*/inputs.py"))
    strangers = [
        f"{path.relative_to(ROOT)}:{line} {field}"
        for file in sorted(FLOWS.glob("*.py"))
        for field, path, line in named_fields(file)
        if field not in features | known_names(file) | {"custom"}
    ]
    assert strangers == []


def test_neither_knows_how_json_is_spelled():
    fields = [
        named
        for folder in (FEATURES, FLOWS)
        for path in sorted(folder.rglob("*.py"))
        for named in named_fields(path)
    ]
    assert len(fields) > 100
    assert [named for named in fields if named.field != named.field.lower()] == []
