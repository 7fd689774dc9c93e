"""Many contacts at once: listing cards by every filter, and moving several to a stage."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import Person, World
from tests.tether.configurations import add_pipeline, default_pipeline, stages_of
from tests.tether.contacts import UNKNOWN_ID, add, add_lead, patch, show, transitions, wrong

BULK = "/contacts/bulk-update-status"


def found(person: Person, **params: Any) -> list[str | None]:
    """The first names of the contacts listed, whoever owns them."""
    listed = person.tether.get("/contacts", params={"ownerFilter": "all", **params})
    assert listed["total"] == len(listed["contacts"])
    return [contact["firstName"] for contact in listed["contacts"]]


def number(place: int) -> str:
    return f"+1415555{place:04}"


def test_a_list_is_paged_newest_first_in_its_envelope(world: World):
    made = []
    for place in range(5):
        made.append(add(world.bo, firstName=f"N{place}", phoneNumber=number(place)))
        world.clock.advance(seconds=1)
    answer = world.bo.tether.get("/contacts", params={"page": 2, "size": 2})
    page = [made[2], made[1]]
    assert answer == {
        "success": True,
        "data": {"contacts": page, "total": 5, "page": 2, "size": 2},
        "meta": {"total": 5, "page": 2, "size": 2, "totalPages": 3},
        "contacts": page,
        "total": 5,
    }
    whole = world.bo.tether.get("/contacts")
    assert whole["contacts"] == made[::-1]
    assert whole["data"]["size"] == 50
    assert world.bo.tether.get("/contacts", params={"page": 4, "size": 2})["contacts"] == []
    assert world.bo.tether.get("/contacts", params={"page": 4, "size": 2})["total"] == 5


def test_the_owner_filter_starts_with_ones_own(world: World):
    add(world.bo, firstName="Of Bo", phoneNumber=number(1))
    add(world.cy, firstName="Of Cy", phoneNumber=number(2))
    free = add(world.bo, firstName="Free", phoneNumber=number(3))
    patch(world.bo, free["_id"], userId=None)
    bo, cy = world.bo.user_id.hex(), world.cy.user_id.hex()
    listed = world.bo.tether.get("/contacts")["contacts"]
    assert [contact["firstName"] for contact in listed] == ["Of Bo"]
    assert found(world.bo) == ["Free", "Of Cy", "Of Bo"]
    assert found(world.bo, ownerFilter="my") == ["Of Bo"]
    assert found(world.bo, ownerFilter=cy) == ["Of Cy"]
    assert found(world.bo, ownerFilter="unassigned") == ["Free"]
    assert found(world.ada, ownerFilter="my") == []
    assert found(world.ada, ownerFilter=world.eve.user_id.hex()) == []
    # The owner or who made it, over the filter; several between commas or as JSON.
    assert found(world.ada, ownerFilter="my", owner=bo) == ["Free", "Of Bo"]
    assert found(world.ada, owner=f"{bo},{cy}") == ["Free", "Of Cy", "Of Bo"]
    assert found(world.ada, owner=json.dumps([cy])) == ["Of Cy"]
    assert found(world.ada, owner="nobody") == []
    assert found(world.ada, assignee=bo) == []


def test_another_organization_sees_none_of_it(world: World):
    add(world.bo)
    assert found(world.eve) == []
    assert found(world.sue) == []
    assert found(world.eve, ownerFilter=world.bo.user_id.hex()) == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("jAn", ["Jane"]),
        ("doe", ["Jane"]),
        ("jane d", ["Jane"]),
        ("415555", ["100%", "Jane"]),
        ("(415) 555-0133", ["Jane"]),
        ("+14155550133", ["Jane"]),
        ("doe@EXAMPLE.com", ["Jane"]),
        ("%", ["100%"]),
        ("_", ["100%"]),
        ("\\", []),
        ("acme", ["Acme"]),
        ("  Jane  ", ["Jane"]),
        ("nobody", []),
        ("", ["Acme", "100%", "Jane"]),
    ],
)
def test_search_looks_in_names_phones_and_addresses(world: World, text: str, who: list[str]):
    add(world.bo)
    add(world.bo, firstName="100%", lastName="O_K", phoneNumber=number(1), email=None)
    add_lead(world, "Acme")
    assert found(world.bo, search=text) == who


def test_a_phone_is_found_however_it_is_typed_in_its_country(world: World):
    country = "UPDATE organizations SET country = 'DE' WHERE id = %s"
    world.sql(country, world.bo.organization_id)
    add(world.bo, phoneNumber="030 901820")
    for text in ("030 901820", "030/901820", "0049 30 901820", "+49 (0)30 901820", "901820"):
        assert found(world.bo, search=text) == ["Jane"], text
    assert found(world.bo, search="040 901820") == []


def test_lists_are_filtered_by_source_and_stage(world: World):
    renewals = add_pipeline(world, "Contact", "Renewals", "Start", "Contacted")
    ids = stages_of(default_pipeline(world.ada))
    add(world.bo, firstName="A", phoneNumber=number(1), source="Fair", status="Contacted")
    add(world.bo, firstName="B", phoneNumber=number(2), source="fair")
    add(world.bo, firstName="C", phoneNumber=number(3), source="Fair", pipelineId=renewals["_id"])
    there = stages_of(renewals)["Contacted"]
    add(world.bo, firstName="D", phoneNumber=number(4), pipelineStage=there)
    assert found(world.bo, source="Fair") == found(world.bo, leadSource="Fair") == ["C", "A"]
    assert found(world.bo, status="contacted") == ["D", "A"]
    assert found(world.bo, status="Contacted", pipelineId=renewals["_id"]) == ["D"]
    assert found(world.bo, pipelineStage=ids["Contacted"]) == ["A"]
    assert found(world.bo, pipelineId=renewals["_id"]) == ["D", "C"]
    assert found(world.bo, source="Fair", status="Start", search="c") == ["C"]
    for name in ("status", "pipelineStage", "pipelineId", "source"):
        assert found(world.bo, **{name: UNKNOWN_ID}) == []


def test_a_date_range_has_both_ends_in_it(world: World):
    for name in ("A", "B", "C"):
        add(world.bo, firstName=name, phoneNumber=number(ord(name)))
        world.clock.advance(days=1)

    def between(start: str | None, end: str | None) -> list[str | None]:
        return found(world.bo, dateRange=json.dumps({"start": start, "end": end}))

    assert between("2026-05-18T09:30:00.000Z", "2026-05-19T09:30:00.000Z") == ["C", "B"]
    assert between("2026-05-18T09:30:01Z", None) == ["C"]
    assert between(None, "2026-05-18") == ["B", "A"]
    assert between("2026-05-18", "2026-05-18") == ["B"]
    assert found(world.bo, dateRange="{}") == ["C", "B", "A"]
    world.sql(
        "UPDATE organizations SET time_zone = 'Pacific/Auckland' WHERE id = %s",
        world.ada.organization_id,
    )
    world.services.authentication.forget_all()
    assert between("2026-05-18T21:30:00", "2026-05-18T21:30:00") == ["B"]


@pytest.mark.parametrize(
    "params",
    [
        {"page": "0"},
        {"page": "x"},
        {"size": "-1"},
        {"ownerFilter": "everybody"},
        {"dateRange": "yesterday"},
        {"dateRange": "[]"},
        {"dateRange": '{"start": 5}'},
        {"dateRange": '{"start": "soon"}'},
        {"dateRange": '{"end": "0001-01-01T00:00:00+14:00"}'},
    ],
)
def test_wrong_parameters_are_refused_by_name(world: World, params: dict[str, str]):
    answer = world.bo.tether.get("/contacts", 400, params=params)
    assert answer["error"]["code"] == "BAD_REQUEST"
    assert f"'{next(iter(params))}'" in answer["message"]


def test_lists_show_one_card_for_each_lead(world: World):
    add_lead(world, "Home", ("Ann", ""), ("Ben", number(1)))
    add_lead(world, "Acme")
    assert found(world.ada) == ["Acme", "Ann"]
    assert found(world.ada, search="Ben") == []


# Moving several.


def test_bulk_moves_those_who_are_elsewhere(world: World):
    ids = stages_of(default_pipeline(world.ada))
    one, two = (add(world.bo, phoneNumber=number(place))["_id"] for place in (1, 2))
    there = add(world.cy, phoneNumber=number(3), status="Contacted")["_id"]
    first, second = add_lead(world, "Home", ("Ann", ""), ("Ben", ""))
    foreign = add(world.eve)["_id"]
    body = {
        "contactIds": [one, two, there, first, second, one, foreign, UNKNOWN_ID, "x"],
        "status": "Contacted",
        "pipelineStageId": ids["Contacted"],
    }
    answer = world.bo.tether.put(BULK, body)
    assert answer == {"message": "Bulk update completed", "matchedCount": 4, "modifiedCount": 3}
    for moved in (one, two, first):
        assert show(world.bo, moved)["status"] == "Contacted"
        assert transitions(world, moved) == [(None, "New Lead"), ("New Lead", "Contacted")]
    assert transitions(world, there) == [(None, "Contacted")]
    assert show(world.eve, foreign)["status"] == "New Lead"
    events = world.sql(
        "SELECT count(*) FROM events WHERE organization_id = %s AND noun = 'stage_transition'",
        world.ada.organization_id,
    )
    assert events == [(4 + 3,)]
    again = world.bo.tether.put(BULK, body)
    assert (again["matchedCount"], again["modifiedCount"]) == (4, 0)
    assert world.eve.tether.put(BULK, {**body, "contactIds": []}, 400)


def test_bulk_names_everything_that_is_wrong(world: World):
    ids = stages_of(default_pipeline(world.ada))
    contact_id = add(world.bo)["_id"]
    good = {
        "contactIds": [contact_id],
        "status": "Contacted",
        "pipelineStageId": ids["Contacted"],
    }
    assert wrong(world.bo.tether.put(BULK, {}, 400)) == set(good)
    types = {"contactIds": contact_id, "status": 5, "pipelineStageId": None, "extra": 1}
    assert wrong(world.bo.tether.put(BULK, types, 400)) == set(types)
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"status": "Qualified"}, {"status"}),
        ({"pipelineStageId": UNKNOWN_ID}, {"pipelineStageId"}),
        ({"status": " ", "pipelineStageId": ""}, {"status", "pipelineStageId"}),
        ({"contactIds": ["x"] * 5001}, {"contactIds"}),
    ]
    for change, fields in cases:
        assert wrong(world.bo.tether.put(BULK, {**good, **change}, 400)) == fields
    assert show(world.bo, contact_id)["status"] == "New Lead"
