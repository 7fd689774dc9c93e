"""What a search text finds, read in an order, in parts and page by page, by whom it may be."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, id_of, lead, user
from tests.close.people.making import blind, user_field
from tests.close.query.making import ACME, BLUTH, GLOBEX, found, names, three_leads


def test_several_orders_and_the_latest_first_without_any(world: World):
    three_leads(world)
    lead(world, name="bluth company", date_created="2020-01-01T00:00:00Z")
    assert names(world, "name:*") == [GLOBEX, BLUTH, ACME, "bluth company"]
    assert names(world, "* sort:created") == ["bluth company", ACME, BLUTH, GLOBEX]
    assert names(world, "sort:-date_created *") == [GLOBEX, BLUTH, ACME, "bluth company"]
    assert names(world, "* sort:-name sort:created")[:3] == [GLOBEX, "bluth company", BLUTH]
    assert names(world, "* sort:-name,-created")[:3] == [GLOBEX, BLUTH, "bluth company"]
    # What has no value comes last.
    assert names(world, "* sort:size sort:created") == [BLUTH, ACME, "bluth company", GLOBEX]
    assert names(world, "* sort:-custom.Size sort:created")[:2] == [ACME, BLUTH]
    assert names(world, "* sort:-num_contacts sort:created")[0] == ACME
    assert names(world, "addresses > 0 sort:activities") == [ACME, BLUTH]
    assert names(world, "(name:acme or name:globex sort:name)") == [ACME, GLOBEX]
    world.clock.advance(minutes=1)
    touched = names(world, "name:acme")[0]
    made = found(world, f'name:"{touched}"')["data"][0]
    world.ada.close.put(f"/lead/{made['id']}/", {"description": "new"})
    assert names(world, "* sort:-updated")[0] == touched


def test_slices_are_the_whole_and_do_not_overlap(world: World):
    expected = {lead(world, name=f"Lead {number}")["id"] for number in range(25)}
    for count in (1, 3, 8):
        parts = []
        for number in range(1, count + 1):
            part: list[str] = []
            query = f"(name:lead) slice:{number}/{count} sort:created"
            while True:  # page by page, as an export does
                params = {"_limit": 4, "_skip": len(part), "_fields": "id"}
                page = found(world, query, params=params)
                part += [each["id"] for each in page["data"]]
                if not page["has_more"]:
                    break
            assert page["total_results"] == len(part)
            again = found(world, query)["data"]
            assert [each["id"] for each in again] == part
            parts.append(part)
        together = [each for part in parts for each in part]
        assert len(together) == len(set(together)) == 25
        assert set(together) == expected
    assert names(world, "slice:1/1 name:lead sort:name")[0] == "Lead 0"


def test_pages_fields_and_counts(world: World):
    made = three_leads(world)
    page = found(world, "name:* sort:name", params={"_limit": 2, "_fields": "id,name"})
    assert page == {
        "data": [
            {"id": made.leads[ACME], "name": ACME},
            {"id": made.leads[BLUTH], "name": BLUTH},
        ],
        "has_more": True,
        "total_results": 3,
    }
    page = found(world, "name:* sort:name", params={"_limit": 2, "_skip": 2})
    assert ([each["name"] for each in page["data"]], page["has_more"]) == ([GLOBEX], False)
    empty = {"data": [], "has_more": False, "total_results": 3}
    assert found(world, "name:*", params={"_skip": 7}) == empty
    for query, total in (("*", 3), ("name:*", 3), ("has:calls", 2), ("name:nobody", 0)):
        counted = found(world, query, params={"_limit": 0})
        assert counted == {"data": [], "has_more": total > 0, "total_results": total}


def test_a_long_query_stands_in_the_body(world: World):
    made = three_leads(world)
    listed = ", ".join(f'"{each}"' for each in [f"lead_{UNKNOWN}"] * 900)
    query = f'id in ({listed}, "{made.leads[BLUTH]}")'
    body = {"_params": {"query": query, "_limit": 5, "_fields": ["name"]}}
    override = {"x-http-method-override": "GET"}
    answer = world.ada.close.post("/lead/", body, 200, headers=override)
    assert answer == {"data": [{"name": BLUTH}], "has_more": False, "total_results": 1}


def test_another_organization_is_never_found(world: World):
    made = three_leads(world)
    for query in (
        "acme",
        "*",
        "has:calls",
        f"id:{made.leads[ACME]}",
        f"status_id:{made.statuses['Qualified']}",
        'contact(email:"jane.roe@acme.example.com")',
        "phone:4155550101",
        f"created_by:{made.leads[ACME].replace('lead_', 'user_')}",
    ):
        assert world.eve.close.get("/lead/", params={"query": query})["total_results"] == 0
    error = world.eve.close.get("/lead/", 400, params={"query": "custom.Size:250"})["error"]
    assert error.endswith('a lead has no custom field "Size".')
    error = world.eve.close.get("/lead/", 400, params={"query": f"{made.fields['Size']}:250"})
    assert "has no custom field" in error["error"]


def test_what_a_role_hides_is_not_found(world: World):
    rep = user_field(world)
    mine = lead(world, name="Mine", contacts=[{"name": "Ann"}], **{f"custom.{rep}": user(world.bo)})
    theirs = lead(world, name="Theirs", contacts=[{"name": "Ben"}])
    for made in (mine, theirs):
        world.ada.close.post("/opportunity/", {"lead_id": made["id"], "note": made["name"]})
        world.ada.close.post("/task/", {"lead_id": made["id"], "text": made["name"]})
    blind(world, world.bo, rep)
    for query in (
        "*",
        "name:*",
        "has:opportunities",
        f"id:{theirs['id']} or name:mine",
        "ann or ben",
    ):
        answer = world.bo.close.get("/lead/", params={"query": query})
        assert [each["id"] for each in answer["data"]] == [mine["id"]], query
        assert answer["total_results"] == 1
    for path in ("/contact/", "/opportunity/", "/task/"):
        for query in ("*", 'lead:* or lead:""'):
            (only,) = world.bo.close.get(path, params={"query": query})["data"]
            assert only["lead_id"] == mine["id"]


@pytest.mark.parametrize(
    "word",
    [
        "'; DROP TABLE leads; --",
        "100%",
        "_",
        r"back\\slash",
        ".*",
        "(?=x)",
        "[a-z]+",
        "{0}",
        "%(id)s",
        "%s",
        "Ünïcode 日本",
        "a" * 900,
        '\\"',
    ],
)
def test_hostile_words_are_only_words(world: World, word: str):
    lead(world, name="Plain")
    weird = lead(world, name=word.replace('\\"', '"').replace("\\\\", "\\"))["id"]
    for query in (f'name:"{word}"', f'"{word}"', f'name = "{word}"'):
        answer = found(world, query)
        assert [each["id"] for each in answer["data"]] == [weird], query
    assert found(world, f'-"{word}"')["total_results"] == 1
    assert world.sql("SELECT count(*) FROM leads WHERE id = %s", id_of(weird)) == [(1,)]
