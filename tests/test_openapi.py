"""The OpenAPI documents, and the page that shows them without any internet."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadline.app import DIALECTS
from tests.agreement import disagreements, document, resolve
from tests.cast import World
from tests.samples import all_operations

NAMES = [dialect.name for dialect in DIALECTS]


def operations(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each operation of a document by its id."""
    return {
        shown["operationId"]: shown for item in whole["paths"].values() for shown in item.values()
    }


def references(node: Any) -> set[str]:
    """Every reference anywhere in the document."""
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in node.values()))
    if isinstance(node, list):
        return set().union(*(references(inner) for inner in node))
    return set()


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_served_to_anybody(world: World, name: str):
    response = world.client.get(f"/openapi/{name}.json")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == document(name)
    assert response.json()["openapi"] == "3.1.0"
    assert world.client.get("/openapi/other.json").status_code == 404


@pytest.mark.parametrize("path", ["/openapi/close.json", "/docs", "/docs/docs.js"])
def test_what_has_not_changed_is_not_sent_again(world: World, path: str):
    tag = world.client.get(path).headers["etag"]
    again = world.client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert world.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_both_documents_have_every_operation_and_no_other():
    for name in NAMES:
        expected = [operation.name for dialect, operation in all_operations() if dialect == name]
        assert sorted(operations(document(name))) == sorted(expected)
        for dialect, operation in all_operations():
            if dialect == name:
                assert operation.method.lower() in document(name)["paths"][operation.path]


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_leads_somewhere_and_nothing_lies_about(name: str):
    whole = document(name)
    found = references(whole)
    for reference in found:
        assert resolve(whole, {"$ref": reference})
    for kind in ("schemas", "responses", "parameters", "headers"):
        declared = {f"#/components/{kind}/{each}" for each in whole["components"][kind]}
        assert declared <= found


@pytest.mark.parametrize("name", NAMES)
def test_schemas_have_names_of_their_own(name: str):
    """Two classes of one name would be told apart by their modules, which are nobody's business."""
    schemas = document(name)["components"]["schemas"]
    assert [each for each in schemas if not each.isidentifier()] == []


@pytest.mark.parametrize("name", NAMES)
def test_paths_differ_in_more_than_the_names_of_their_parameters(name: str):
    paths = [re.sub(r"\{\w+\}", "{}", path) for path in document(name)["paths"]]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_tells_what_it_needs(name: str):
    whole = document(name)
    tags = {tag["name"] for tag in whole["tags"]}
    writes = {each.name for dialect, each in all_operations() if dialect == name and each.writes}
    for path, item in whole["paths"].items():
        for method, shown in item.items():
            where = shown["operationId"]
            parameters = [resolve(whole, parameter) for parameter in shown["parameters"]]
            assert shown["summary"], where
            assert set(shown["tags"]) <= tags
            in_path = [each["name"] for each in parameters if each["in"] == "path"]
            assert in_path == re.findall(r"\{(\w+)\}", path)
            assert all(each["description"] for each in parameters), where
            names = [(each["in"], each["name"]) for each in parameters]
            assert len(set(names)) == len(names), where
            public = "x-right" not in shown
            assert (shown.get("security") == []) == public, where
            assert ("401" in shown["responses"]) or public, where
            takes_key = ("header", "Idempotency-Key") in names
            assert takes_key == (where in writes and not public), where
            assert method != "get" or not takes_key, where
            good = [status for status in shown["responses"] if status.startswith("2")]
            assert len(good) == 1, where


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_errors_agree_with_their_schemas(name: str):
    whole = document(name)
    for shown in operations(whole).values():
        for status, response in shown["responses"].items():
            content = resolve(whole, response).get("content", {}).get("application/json", {})
            if "example" in content:
                where = f"{shown['operationId']} {status}"
                assert disagreements(whole, content["schema"], content["example"], where) == []


def test_a_close_list_is_an_envelope_and_a_close_id_has_its_prefix():
    shown = operations(document("close"))["outcome.list"]
    schema = shown["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["data", "has_more"]
    assert [each["name"] for each in shown["parameters"]] == ["_limit", "_skip", "_fields"]
    assert shown["x-right"] == "outcome:read"


def test_errors_are_shown_in_the_words_and_shape_of_the_operation():
    whole = document("tether")
    shown = operations(whole)["organization.set_close_stages"]
    wrong = shown["responses"]["400"]
    assert wrong["description"] == '"stages" must be an array of strings'
    assert wrong["content"]["application/json"]["example"] == {
        "success": False,
        "message": '"stages" must be an array of strings',
    }
    close = operations(document("close"))["outcome.create"]["responses"]
    too_many = resolve(document("close"), close["429"])["content"]["application/json"]
    assert set(too_many["example"]) == {"error", "rate_reset"}


# The page.


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/", "text/html; charset=utf-8"),
        ("/docs/docs.js", "text/javascript; charset=utf-8"),
        ("/docs/docs.css", "text/css; charset=utf-8"),
    ],
)
def test_the_page_is_served_under_a_strict_policy(world: World, path: str, media: str):
    response = world.client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == media
    assert response.headers["x-content-type-options"] == "nosniff"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_needs_nothing_from_elsewhere_and_no_inline_script(world: World):
    page = world.client.get("/docs").text
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"\sstyle=|\son\w+=|<style", page) == []
    for source in re.findall(r'(?:src|href)="([^"#]+)"', page):
        assert source.startswith("/")
        assert world.client.get(source).status_code == 200
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css"):
        text = world.client.get(path).text
        assert "http://" not in text
        assert "https://" not in text
        assert "innerHTML" not in text
        assert "localStorage" not in text


def test_every_field_of_the_page_has_a_label(world: World):
    page = world.client.get("/docs").text
    for field in re.findall(r'<input[^>]*id="(\w+)"', page):
        inside = re.search(rf'<label[^>]*>(?:(?!</label>).)*id="{field}"', page, re.DOTALL)
        assert inside or f'for="{field}"' in page
    assert 'lang="en"' in page
    assert 'name="viewport"' in page
