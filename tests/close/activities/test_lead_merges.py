"""Merging leads through the Close API: what moves, what is kept, and what reports say then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.leads.making import task
from tests.close.making import (
    UNKNOWN,
    Json,
    call,
    count_events,
    custom_field,
    events,
    id_of,
    lead,
    opportunity,
    statuses,
    wrong,
)
from tests.outreach import make_configuration, send_lead


def merge(world: World, source: str, destination: str) -> Json:
    """Merges, and answers the destination as it is then."""
    body = {"source": source, "destination": destination}
    assert world.ada.close.post("/lead/merge/", body, 200) == {}
    world.ada.close.get(f"/lead/{source}/", 404)
    found: Json = world.ada.close.get(f"/lead/{destination}/")
    return found


def merges(world: World, **params: str) -> list[Json]:
    found: list[Json] = world.ada.close.get("/activity/lead_merge/", params=params)["data"]
    return found


def test_everything_on_the_source_moves_to_the_destination(world: World):
    source = lead(world, name="Sitwell", contacts=[{"name": "Sally"}, {"name": "Stan"}])
    destination = lead(world, name="Bluth", contacts=[{"name": "Gob"}])
    sally, stan = source["contact_ids"]
    (gob,) = destination["contact_ids"]
    oppo = opportunity(world, source["id"], sally)
    called = call(world, contact_id=sally)
    to_do = task(world, lead_id=source["id"], contact_id=stan)
    task(world, lead_id=source["id"], is_complete=True)
    world.ada.close.put(f"/lead/{source['id']}/", {"status": "Qualified"})
    merged = merge(world, source["id"], destination["id"])
    assert merged["contact_ids"] == [gob, sally, stan]
    assert [each["id"] for each in merged["opportunities"]] == [oppo]
    (shown,) = merged["tasks"]
    assert (shown["id"], shown["contact_name"], shown["lead_name"]) == (
        to_do["id"],
        "Stan",
        "Bluth",
    )
    home = {"lead_id": destination["id"]}
    (note,) = world.ada.close.get("/activity/task_completed/", params=home)["data"]
    (logged,) = world.ada.close.get("/activity/call/", params=home)["data"]
    assert (logged["id"], logged["contact_id"]) == (called["id"], sally)
    # The status is the destination's, and nothing but the merge has changed it.
    assert merged["status_label"] == destination["status_label"]
    for object_id, noun in (
        (sally, "contact"),
        (stan, "contact"),
        (oppo, "opportunity"),
        (called["id"], "call"),
        (to_do["id"], "task"),
        (note["id"], "task_completion"),
    ):
        assert events(world, object_id) == [(noun, "created"), (noun, "updated")]
    assert events(world, gob) == [("contact", "created")]
    assert events(world, destination["id"]) == [("lead", "created"), ("lead", "merged")]
    assert events(world, source["id"])[-1] == ("lead", "deleted")
    ids = {
        "source_lead_id": id_of(source["id"]).hex(),
        "destination_lead_id": id_of(destination["id"]).hex(),
    }
    for object_id, action in ((source["id"], "deleted"), (destination["id"], "merged")):
        (row,) = world.sql(
            "SELECT labels -> 'merge', lead_id FROM events WHERE object_id = %s AND action = %s",
            id_of(object_id),
            action,
        )
        assert tuple(row) == (ids, id_of(object_id))


def test_the_destinations_values_win_and_what_it_lacks_comes_from_the_source(world: World):
    kept = custom_field(world, "lead", "kept")
    filled = custom_field(world, "lead", "filled")
    main, branch = (
        {"address_1": None, "address_2": None, "city": city, "state": None, "zipcode": None}
        | {"country": "US", "label": "business"}
        for city in ("Newport Beach", "Orange")
    )
    source = lead(
        world,
        name="Sitwell",
        description="Rivals",
        url="https://sitwell.example.com",
        addresses=[main, branch],
        **{kept: "theirs", filled: "theirs"},
    )
    destination = lead(world, name="Bluth", addresses=[main], **{kept: "ours"})
    merged = merge(world, source["id"], destination["id"])
    assert (merged["name"], merged["description"]) == ("Bluth", "Rivals")
    assert merged["url"] == "https://sitwell.example.com"
    assert merged["addresses"] == [main, branch]
    assert (merged[kept], merged[filled]) == ("ours", "theirs")
    assert events(world, destination["id"]) == [
        ("lead", "created"),
        ("lead", "updated"),
        ("lead", "merged"),
    ]
    nameless = lead(world, name=None)
    assert merge(world, merged["id"], nameless["id"])["name"] == "Bluth"


def test_lists_of_values_are_united(world: World):
    field = {"name": "Colours", "type": "choices", "choices": ["red", "blue", "green"]}
    body = {**field, "accepts_multiple_values": True}
    key = f"custom.{world.ada.close.post('/custom_field/lead/', body, 200)['id']}"
    source = lead(world, **{key: ["red", "blue"]})
    destination = lead(world, **{key: ["green", "red"]})
    merged = merge(world, source["id"], destination["id"])
    assert merged[key] == ["green", "red", "blue"]


@pytest.mark.parametrize(
    ("coming", "waiting", "primary"),
    [
        ([], [], "placeholder"),
        ([], ["Gob"], "Gob"),
        (["Sally", "Stan"], [], "Sally"),
        (["Sally", "Stan"], ["Gob"], "Gob"),
    ],
)
def test_a_lead_goes_on_with_one_primary_contact(
    world: World, coming: list[str], waiting: list[str], primary: str
):
    source = lead(world, contacts=[{"name": name} for name in coming])
    destination = lead(world, contacts=[{"name": name} for name in waiting])
    merged = merge(world, source["id"], destination["id"])
    assert [each["name"] for each in merged["contacts"]] == [*waiting, *coming]
    cards = world.sql(
        "SELECT coalesce(name, 'placeholder') FROM contacts WHERE lead_id = %s AND is_primary",
        id_of(destination["id"]),
    )
    assert [row[0] for row in cards] == [primary]
    gone = world.sql("SELECT count(*) FROM contacts WHERE lead_id = %s", id_of(source["id"]))
    assert gone[0][0] == 0
    params = {"ownerFilter": "all"}
    assert world.ada.tether.get("/contacts", params=params)["data"]["total"] == 1


def test_conversations_move_with_their_contacts(world: World):
    configuration = make_configuration(world.ada, starterMessage="Hello {{firstName}}")
    taken_in = send_lead(world.ada, configuration)
    (source,) = world.ada.close.get("/lead/")["data"]
    destination = lead(world, name="Bluth")
    merge(world, source["id"], destination["id"])
    sent = world.ada.tether.get(f"/conversation/{taken_in['conversationId']}/messages")
    assert "Hello Jane" in str(sent)
    assert world.ada.tether.get(f"/contacts/{taken_in['contactId']}")["data"]["firstName"] == "Jane"


def test_a_merge_is_noted_on_the_destination_and_follows_it(world: World):
    first, second, third = (lead(world, name=name) for name in ("One", "Two", "Three"))
    merge(world, first["id"], second["id"])
    (note,) = merges(world)
    me = f"user_{world.ada.user_id.hex()}"
    now = "2026-05-17T09:30:00.000000+00:00"
    assert note == {
        "_type": "LeadMerge",
        "activity_at": now,
        "contact_id": None,
        "created_by": me,
        "created_by_name": world.ada.email,
        "date_created": now,
        "date_updated": now,
        "destination_display_name": "Two",
        "destination_lead_id": second["id"],
        "error_message": None,
        "id": note["id"],
        "lead_id": second["id"],
        "merge_status": "completed",
        "organization_id": first["organization_id"],
        "source_display_name": "One",
        "source_lead_id": first["id"],
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "user_id": me,
        "user_name": world.ada.email,
        "users": [],
    }
    assert world.ada.close.get(f"/activity/lead_merge/{note['id']}/") == note
    assert events(world, note["id"]) == [("lead_merge", "created")]
    merge(world, second["id"], third["id"])
    newest, oldest = merges(world, lead_id=third["id"])
    assert oldest == {**note, "lead_id": third["id"]}
    assert newest["source_lead_id"] == second["id"]
    assert merges(world, lead_id=second["id"]) == []
    assert merges(world, contact_id=f"cont_{UNKNOWN}") == []
    world.ada.close.delete(f"/lead/{third['id']}/")
    assert merges(world) == []


def test_only_two_leads_of_ones_own_are_merged(world: World):
    home = lead(world)["id"]
    south = world.eve.close.post("/lead/", {"name": "South"}, 200)["id"]
    before = count_events(world)
    for body, problems in (
        ({}, {"source": "This field is required.", "destination": "This field is required."}),
        (
            {"source": home, "destination": home},
            {"destination": "A lead cannot be merged with itself."},
        ),
        ({"source": home, "destination": south}, {"destination": "Object does not exist."}),
        (
            {"source": f"lead_{UNKNOWN}", "destination": "lead_x"},
            {"destination": "Object does not exist."},
        ),
        ({"source": f"lead_{UNKNOWN}", "destination": home}, {"source": "Object does not exist."}),
    ):
        assert wrong(world.ada.close.post("/lead/merge/", body, 400)) == problems
    assert count_events(world) == before
    assert world.eve.close.get(f"/lead/{south}/")["name"] == "South"


# What reports say.


def figures(world: World, **params: str) -> dict[str, tuple[Any, ...]]:
    """Leads, contacted, closed, cost and gross profit, by source and in total."""
    found = world.ada.tether.get("/outreach-metrics", params=params)["data"]
    names = ("leads", "contacted", "closed", "cost", "grossProfit")
    return {
        row.get("source", "total"): tuple(row[name] for name in names)
        for row in (*found["bySource"], found["totals"])
    }


def history(world: World) -> Any:
    params = {"from": "2026-05-01", "to": "2026-06-30"}
    return world.ada.tether.get("/outreach-metrics/history", params=params)["data"]


def two_taken_in(world: World) -> tuple[str, str]:
    """A lead of Facebook for 10 that was closed in May, and one of Zillow for 4 from June."""
    path = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(path, {"entityType": "Contact", "propertyKey": "profit"})
    facebook = make_configuration(world.ada, source="Facebook", costPerLead=10)
    zillow = make_configuration(
        world.ada, configurationName="Zillow", source="Zillow", costPerLead=4
    )
    send_lead(world.ada, facebook, phoneNumber="+14155550101", profit=100)
    (closed,) = world.ada.close.get("/lead/")["data"]
    world.ada.close.put(f"/lead/{closed['id']}/", {"status_id": statuses(world)["Closed Won"]})
    world.clock.advance(days=30)
    send_lead(world.ada, zillow, phoneNumber="+14155550102", profit=5)
    other = world.ada.close.get("/lead/")["data"][1]
    return closed["id"], other["id"]


MAY = {"from": "2026-05-01", "to": "2026-05-31"}
JUNE = {"from": "2026-06-01", "to": "2026-06-30"}


def test_a_merged_lead_counts_once_with_what_both_were_and_cost(world: World):
    closed, other = two_taken_in(world)
    before = history(world)
    assert figures(world) == {
        "Facebook": (1, 1, 1, 10, 100),
        "Zillow": (1, 0, 0, 4, 5),
        "total": (2, 1, 1, 14, 105),
    }
    merge(world, other, closed)
    assert figures(world) == {
        "Facebook": (1, 1, 1, 10, 105),
        "Zillow": (0, 0, 0, 4, 0),
        "total": (1, 1, 1, 14, 105),
    }
    assert figures(world, **MAY)["total"] == (1, 1, 1, 10, 105)
    assert figures(world, **JUNE)["total"] == (0, 0, 0, 4, 0)
    assert figures(world, **MAY, basis="activity")["total"] == (1, 1, 1, 10, 105)
    assert figures(world, **JUNE, basis="activity")["total"] == (0, 0, 0, 4, 0)
    assert history(world) == before


def test_the_destination_says_where_the_lead_came_from(world: World):
    closed, other = two_taken_in(world)
    before = history(world)
    merge(world, closed, other)
    # Closed in May, before Zillow's lead was taken in: it is closed all the same.
    assert figures(world) == {
        "Zillow": (1, 1, 1, 4, 105),
        "Facebook": (0, 0, 0, 10, 0),
        "total": (1, 1, 1, 14, 105),
    }
    assert figures(world, **MAY)["total"] == (0, 0, 0, 10, 0)
    assert figures(world, **JUNE)["total"] == (1, 1, 1, 4, 105)
    assert history(world) == before


def test_a_lead_made_by_hand_takes_over_where_the_other_came_from(world: World):
    configuration = make_configuration(world.ada, source="Facebook", costPerLead=10)
    send_lead(world.ada, configuration)
    (taken_in,) = world.ada.close.get("/lead/")["data"]
    by_hand = lead(world, name="Bluth")
    assert by_hand["source"] == "Unassigned"
    merged = merge(world, taken_in["id"], by_hand["id"])
    assert merged["source"] == "Facebook"
    assert figures(world)["Facebook"] == (1, 0, 0, 10, 0)
    call(world, lead_id=merged["id"])
    assert figures(world)["Facebook"] == (1, 1, 0, 10, 0)
    # It counts for the configuration from now on, whatever becomes of it.
    card = f"/contacts/{merged['contact_ids'][-1].removeprefix('cont_')}"
    assert world.ada.tether.get(card)["data"]["outreachConfigId"] == configuration["_id"]
    world.ada.close.put(f"/lead/{merged['id']}/", {"status": "Closed Won"})
    assert {"Closed Won", "New Lead"} == {entry["stage"] for entry in history(world)}


def test_the_destination_keeps_its_own_configuration_and_owner(world: World):
    facebook = make_configuration(world.ada, source="Facebook")
    zillow = make_configuration(world.bo, configurationName="Zillow", source="Zillow")
    first = send_lead(world.ada, facebook, phoneNumber="+14155550101")
    second = send_lead(world.bo, zillow, phoneNumber="+14155550102")
    source, destination = world.ada.close.get("/lead/")["data"]
    assert source["contact_ids"] == [f"cont_{first['contactId']}"]
    merge(world, source["id"], destination["id"])
    card = world.ada.tether.get(f"/contacts/{second['contactId']}")["data"]
    assert (card["outreachConfigId"], card["userId"]) == (zillow["_id"], world.bo.user_id.hex())
