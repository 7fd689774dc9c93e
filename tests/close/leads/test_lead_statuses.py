"""Lead statuses: the stages of lead pipelines as Close clients see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person, World
from tests.outreach import make_configuration
from tests.pipelines import place_leads

FIRST = ["New Lead", "Contacted", "Qualified", "Closed Won", "Closed Lost"]


def labels(person: Person) -> list[str]:
    return [status["label"] for status in person.close.get("/status/lead/")["data"]]


def status_of(person: Person, label: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = person.close.get("/status/lead/")["data"]
    return next(status for status in found if status["label"] == label)


def tether_id(status: dict[str, Any]) -> str:
    return str(status["id"]).removeprefix("stat_")


def test_a_new_organization_has_statuses_in_order(world: World):
    answer = world.bo.close.get("/status/lead/")
    assert [status["label"] for status in answer["data"]] == FIRST
    assert answer["has_more"] is False
    assert {status["organization_id"] for status in answer["data"]} == {f"orga_{world.ada.org}"}


def test_a_created_status_stands_at_the_end_of_the_default_pipeline(world: World):
    made = world.ada.close.post("/status/lead/", {"label": " Potential "}, 200)
    assert set(made) == {"id", "label", "organization_id"}
    assert made["label"] == "Potential"
    assert made["organization_id"] == f"orga_{world.ada.org}"
    assert world.ada.close.get(f"/status/lead/{made['id']}/") == made
    assert labels(world.ada) == [*FIRST, "Potential"]
    stage = world.ada.tether.get("/pipelines")["data"]["pipelineStages"][-1]
    assert stage == {"_id": tether_id(made), "name": "Potential", "color": None, "position": 5}


def test_a_stage_made_in_tether_is_a_status(world: World):
    stages = [{"newStage": "Fresh", "color": "#123456"}, {"newStage": "Done"}]
    body = {"name": "Partners", "stages": stages}
    pipeline = world.ada.tether.post("/pipelines/create", body, 201)["data"]
    assert labels(world.ada) == [*FIRST, "Fresh", "Done"]
    fresh = status_of(world.ada, "Fresh")
    assert tether_id(fresh) == pipeline["pipelineStageIds"][0]
    assert fresh["color"] == "#123456"
    world.ada.tether.post("/pipelines/set-default", {"pipelineId": pipeline["_id"]})
    assert labels(world.ada) == ["Fresh", "Done", *FIRST]


def test_label_and_color_change(world: World):
    made = world.ada.close.post("/status/lead/", {"label": "Potential", "color": "red"}, 200)
    assert made["color"] == "red"
    where = f"/status/lead/{made['id']}/"
    changed = world.ada.close.put(where, {**made, "label": "Renamed"})
    assert changed == {**made, "label": "Renamed"}
    assert "color" not in world.ada.close.put(where, {"color": None, "label": None})
    assert world.ada.close.get(where)["label"] == "Renamed"


@pytest.mark.parametrize("label", ["", "  ", None, 5, "x" * 256, "contacted", " Contacted "])
def test_a_wrong_label_is_refused(world: World, label: object):
    answer = world.ada.close.post("/status/lead/", {"label": label}, 400)
    assert list(answer["field-errors"]) == ["label"]
    assert labels(world.ada) == FIRST


def test_every_wrong_field_is_named_at_once(world: World):
    body = {"color": "x" * 65, "label": 5}
    answer = world.ada.close.post("/status/lead/", body, 400)
    assert set(answer["field-errors"]) == {"label", "color"}
    made = world.ada.close.post("/status/lead/", {"label": "Warm", "colour": "red"}, 200)
    assert "colour" not in world.ada.close.put(f"/status/lead/{made['id']}/", {**made, "x": 1})
    contacted = status_of(world.ada, "Contacted")
    answer = world.ada.close.put(f"/status/lead/{contacted['id']}/", {"label": "qualified"}, 400)
    assert list(answer["field-errors"]) == ["label"]
    assert world.ada.close.put(f"/status/lead/{contacted['id']}/", {"label": "CONTACTED"})


def test_lists_page_and_pick_fields(world: World):
    params = {"_limit": 2, "_skip": 1, "_fields": "label"}
    assert world.ada.close.get("/status/lead/", params=params) == {
        "data": [{"label": "Contacted"}, {"label": "Qualified"}],
        "has_more": True,
    }


def test_what_was_closed_stays_closed_when_its_status_is_renamed(world: World):
    (lead_id,) = place_leads(world, world.ada, "Closed Won", 1)
    won = status_of(world.ada, "Closed Won")
    world.ada.close.put(f"/status/lead/{won['id']}/", {"label": "Funded"})
    where = f"/organizations/{world.ada.org}/outreach-close-stages"
    assert world.ada.tether.get(where)["data"] == ["Funded"]
    transitions = world.sql("SELECT stage_name FROM stage_transitions WHERE lead_id = %s", lead_id)
    assert transitions == [("Closed Won",)]
    nouns = world.sql(
        "SELECT noun, action FROM events WHERE organization_id = %s AND action = 'updated'",
        world.ada.organization_id,
    )
    assert sorted(nouns) == [("organization", "updated"), ("stage", "updated")]


def test_a_deleted_status_is_gone(world: World):
    lost = status_of(world.ada, "Closed Lost")
    where = f"/status/lead/{lost['id']}/"
    assert world.ada.close.delete(where, status=200) == {}
    assert labels(world.ada) == FIRST[:-1]
    for method in ("GET", "PUT", "DELETE"):
        body = {"label": "Back"} if method == "PUT" else None
        assert world.ada.close.send(method, where, body).status_code == 404
    world.ada.close.post("/status/lead/", {"label": "Closed Lost"}, 200)
    assert labels(world.ada) == FIRST


def test_a_status_that_leads_have_is_not_deleted(world: World):
    place_leads(world, world.ada, "Contacted", 2)
    where = f"/status/lead/{status_of(world.ada, 'Contacted')['id']}/"
    answer = world.ada.close.delete(where, status=400)
    assert answer == {"error": "The stage 'Contacted' still has 2 leads."}
    assert labels(world.ada) == FIRST


def test_a_status_that_configurations_route_into_is_not_deleted(world: World):
    make_configuration(world.bo, configurationName="Bo's funnel", initialStage="Qualified")
    where = f"/status/lead/{status_of(world.ada, 'Qualified')['id']}/"
    answer = world.ada.close.delete(where, status=400)
    assert answer == {"error": "The stage 'Qualified' is used by 'Bo's funnel'."}


def test_the_last_status_of_a_pipeline_is_not_deleted(world: World):
    body = {"name": "Partners", "stages": [{"newStage": "Only"}]}
    world.ada.tether.post("/pipelines/create", body, 201)
    where = f"/status/lead/{status_of(world.ada, 'Only')['id']}/"
    assert "last stage" in world.ada.close.delete(where, status=400)["error"]


def test_only_lead_statuses_of_the_own_organization_exist(world: World):
    application = world.ada.tether.get("/pipelines", params={"type": "Application"})["data"]
    others = [
        status_of(world.eve, "Contacted")["id"],
        f"stat_{application['pipelineStageIds'][0]}",
        f"stat_{'0' * 24}",
        tether_id(status_of(world.ada, "Contacted")),
        "x",
    ]
    for other in others:
        where = f"/status/lead/{other}/"
        world.ada.close.get(where, 404)
        world.ada.close.put(where, {"label": "Mine"}, 404)
        world.ada.close.delete(where, status=404)
    assert labels(world.eve) == FIRST


def test_reps_read_and_admins_write(world: World):
    where = f"/status/lead/{status_of(world.bo, 'Contacted')['id']}/"
    for person in (world.bo, world.dora):
        person.close.get(where)
        person.close.post("/status/lead/", {"label": "Potential"}, 403)
        person.close.put(where, {"label": "Potential"}, 403)
        person.close.delete(where, status=403)
    world.nobody.close.get("/status/lead/", 401)
    assert labels(world.ada) == FIRST
