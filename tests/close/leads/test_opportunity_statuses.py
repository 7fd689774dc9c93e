"""Opportunity statuses: the stages of opportunity pipelines as Close clients see them."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.making import UNKNOWN, events, id_of
from tests.close.making import wrong as problems_of
from tests.outreach import make_configuration

PATH = "/status/opportunity/"
Json = dict[str, Any]


def listed(world: World) -> list[tuple[str, str]]:
    found = world.ada.close.get(PATH)["data"]
    return [(status["label"], status["type"]) for status in found]


def status_of(world: World, label: str) -> Json:
    found: list[Json] = world.ada.close.get(PATH)["data"]
    return next(status for status in found if status["label"] == label)


def test_a_new_organization_has_three(world: World):
    answer = world.bo.close.get(PATH)
    (pipeline,) = world.ada.close.get("/pipeline/")["data"]
    assert listed(world) == [("Active", "active"), ("Won", "won"), ("Lost", "lost")]
    assert answer["has_more"] is False
    assert answer["data"][0] == {
        "id": answer["data"][0]["id"],
        "label": "Active",
        "organization_id": f"orga_{world.ada.org}",
        "pipeline_id": pipeline["id"],
        "type": "active",
    }
    assert world.bo.close.get(PATH, params={"_fields": "label", "_skip": 2}) == {
        "data": [{"label": "Lost"}],
        "has_more": False,
    }
    one = answer["data"][1]
    assert world.bo.close.get(f"{PATH}{one['id']}/") == one


def test_a_new_status_stands_at_the_end_of_its_pipeline(world: World):
    made = world.ada.close.post(PATH, {"label": " On hold "}, 200)
    assert (made["label"], made["type"]) == ("On hold", "active")
    assert listed(world)[-1] == ("On hold", "active")
    other = world.ada.close.post("/pipeline/", {"name": "Renewals"})
    body = {"label": "Won", "type": "won", "pipeline_id": other["id"], "nonsense": 1}
    there = world.ada.close.post(PATH, body, 200)
    assert (there["pipeline_id"], there["type"]) == (other["id"], "won")
    old = world.ada.close.post(PATH, {"label": "Gone", "status_type": "lost"}, 200)
    assert old["type"] == "lost"
    assert events(world, made["id"]) == [("stage", "created")]


def test_what_is_wrong_with_a_status_is_told(world: World):
    lead_pipeline = world.sql(
        "SELECT encode(id, 'hex') FROM pipelines WHERE organization_id = %s AND kind = 'lead'",
        world.ada.organization_id,
    )[0][0]
    for body, wrong in (
        ({}, {"label"}),
        ({"label": " ", "pipeline_id": f"pipe_{UNKNOWN}"}, {"label", "pipeline_id"}),
        ({"label": "x", "pipeline_id": f"pipe_{lead_pipeline}"}, {"pipeline_id"}),
        ({"label": "won"}, {"label"}),
        ({"label": "x", "type": "maybe", "pipeline_id": "x"}, {"type", "pipeline_id"}),
    ):
        assert problems_of(world.ada.close.post(PATH, body, 400)).keys() == wrong


def test_a_status_is_renamed(world: World):
    made = world.ada.close.post(PATH, {"label": "On hold"})
    path = f"{PATH}{made['id']}/"
    assert world.ada.close.put(path, {**made, "label": "Later"}) == {**made, "label": "Later"}
    assert world.ada.close.put(path, {"label": None})["label"] == "Later"
    assert problems_of(world.ada.close.put(path, {"label": "WON"}, 400)).keys() == {"label"}
    other = world.ada.close.post("/pipeline/", {"name": "Renewals"})
    body = {"label": "Else", "pipeline_id": other["id"]}
    assert problems_of(world.ada.close.put(path, body, 400)).keys() == {"pipeline_id"}
    assert world.ada.close.get(path)["label"] == "Later"


def test_the_type_of_a_status_in_use_stays(world: World):
    made = world.ada.close.post(PATH, {"label": "On hold"})
    path = f"{PATH}{made['id']}/"
    assert world.ada.close.put(path, {"type": "lost"})["type"] == "lost"
    world.ada.close.post("/opportunity/", {"status_id": made["id"]})
    answer = world.ada.close.put(path, {"type": "won", "label": "x"}, 400)
    assert answer == {"error": "The stage 'On hold' still has 1 opportunity."}
    assert world.ada.close.put(path, {"type": "lost", "label": "Gone"})["label"] == "Gone"


def test_a_status_in_use_is_not_deleted(world: World):
    made = world.ada.close.post(PATH, {"label": "On hold"})
    path = f"{PATH}{made['id']}/"
    deal = world.ada.close.post("/opportunity/", {"status_id": made["id"]})
    assert "1 opportunity" in world.ada.close.delete(path, status=400)["error"]
    world.ada.close.put(f"/opportunity/{deal['id']}/", {"status": "Active"})
    assert world.ada.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    world.ada.close.put(path, {}, 404)
    world.ada.close.delete(path, status=404)
    assert listed(world) == [("Active", "active"), ("Won", "won"), ("Lost", "lost")]
    # It may not be given any more, and what was in it still says so.
    answer = world.ada.close.put(f"/opportunity/{deal['id']}/", {"status_id": made["id"]}, 400)
    assert problems_of(answer) == {"status_id": "Object does not exist."}
    (entry,) = world.ada.close.get("/activity/status_change/opportunity/")["data"]
    assert entry["old_status_label"] == "On hold"


def test_a_status_that_a_configuration_names_is_not_deleted(world: World):
    status = status_of(world, "Lost")
    stage_id = status["id"].removeprefix("stat_")
    make_configuration(
        world.ada,
        createApplication=True,
        applicationStatus=stage_id,
        applicationPipelineStage=stage_id,
    )
    answer = world.ada.close.delete(f"{PATH}{status['id']}/", status=400)
    assert "is used by" in answer["error"]


def test_the_last_status_stays(world: World):
    for label in ("Lost", "Won"):
        world.ada.close.delete(f"{PATH}{status_of(world, label)['id']}/", status=200)
    last = status_of(world, "Active")
    answer = world.ada.close.delete(f"{PATH}{last['id']}/", status=400)
    assert answer == {"error": "'Active' is the last status."}


def test_lead_statuses_are_none_of_these(world: World):
    one = world.ada.close.get("/status/lead/")["data"][0]
    world.ada.close.get(f"{PATH}{one['id']}/", 404)
    world.ada.close.put(f"{PATH}{one['id']}/", {"label": "x"}, 404)
    world.ada.close.delete(f"{PATH}{one['id']}/", status=404)
    assert len(id_of(one["id"])) == 12
