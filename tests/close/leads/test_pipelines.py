"""Pipelines of opportunities: their statuses in order, and statuses that move between them."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.making import UNKNOWN, events
from tests.close.making import wrong as problems_of
from tests.outreach import make_configuration

PATH = "/pipeline/"
Json = dict[str, Any]


def pipeline(world: World, name: str, *labels: str) -> Json:
    """A new pipeline of north with statuses of these labels."""
    statuses = [{"label": label} for label in labels]
    made: Json = world.ada.close.post(PATH, {"name": name, "statuses": statuses}, 201)
    return made


def change(world: World, made: Json, status: int = 200, **fields: Any) -> Json:
    answer: Json = world.ada.close.put(f"{PATH}{made['id']}/", fields, status)
    return answer


def labels(found: Json) -> list[str]:
    return [status["label"] for status in found["statuses"]]


def sales(world: World) -> Json:
    found: list[Json] = world.ada.close.get(PATH)["data"]
    return next(each for each in found if each["name"] == "Sales")


def ids(found: Json) -> list[Json]:
    return [{"id": status["id"]} for status in found["statuses"]]


def test_a_new_organization_has_one(world: World):
    answer = world.bo.close.get(PATH)
    (found,) = answer["data"]
    assert answer["has_more"] is False
    assert found == {
        "created_by": None,
        "date_created": "2026-05-17T09:30:00.000000",
        "date_updated": "2026-05-17T09:30:00.000000",
        "id": found["id"],
        "name": "Sales",
        "organization_id": f"orga_{world.ada.org}",
        "statuses": [
            {"id": found["statuses"][0]["id"], "label": "Active", "type": "active"},
            {"id": found["statuses"][1]["id"], "label": "Won", "type": "won"},
            {"id": found["statuses"][2]["id"], "label": "Lost", "type": "lost"},
        ],
        "updated_by": None,
    }
    path = f"{PATH}{found['id']}/"
    assert world.bo.close.get(path) == found
    assert world.bo.close.get(path, params={"_fields": "name"}) == {"name": "Sales"}


def test_a_pipeline_is_made_with_and_without_statuses(world: World):
    response = world.ada.close.send("POST", PATH, {"name": " Renewals "})
    made = response.json()
    assert (made["name"], made["statuses"]) == ("Renewals", [])
    assert response.headers["location"] == f"/api/v1/pipeline/{made['id']}/"
    statuses = [
        {"label": "Open"},
        {"label": "Kept", "type": "won"},
        {"label": "Gone", "type": "lost"},
    ]
    other = world.ada.close.post(PATH, {"name": "Upsell", "statuses": statuses}, 201)
    assert [(each["label"], each["type"]) for each in other["statuses"]] == [
        ("Open", "active"),
        ("Kept", "won"),
        ("Gone", "lost"),
    ]
    assert [each["name"] for each in world.ada.close.get(PATH)["data"]] == [
        "Sales",
        "Renewals",
        "Upsell",
    ]
    # A whole pipeline that was read makes another one, its statuses by their ids.
    assert labels(world.ada.close.post(PATH, {**other, "name": "Copy"}, 201)) == [
        "Open",
        "Kept",
        "Gone",
    ]


def test_statuses_are_put_in_order(world: World):
    first = sales(world)
    world.clock.advance(minutes=1)
    turned = change(world, first, name="Deals", statuses=[*reversed(ids(first))])
    assert (turned["name"], labels(turned)) == ("Deals", ["Lost", "Won", "Active"])
    assert turned["date_updated"] > first["date_updated"]
    order = [each["label"] for each in world.ada.close.get("/status/opportunity/")["data"]]
    assert order == ["Lost", "Won", "Active"]
    # The first status is what a new opportunity gets.
    assert world.ada.close.post("/opportunity/", {})["status_label"] == "Lost"
    some = change(world, first, statuses=[ids(first)[1]])
    assert labels(some) == ["Won", "Lost", "Active"]
    more = change(world, first, statuses=[{"label": "On hold"}])
    assert labels(more) == ["On hold", "Won", "Lost", "Active"]
    world.clock.advance(minutes=1)
    assert change(world, first, **more) == more
    assert change(world, first) == more


def test_a_status_moves_with_its_opportunities(world: World):
    first, other = sales(world), pipeline(world, "Renewals", "Open")
    deal = world.ada.close.post("/opportunity/", {})
    active = first["statuses"][0]["id"]
    moved = change(world, other, statuses=[{"id": active}, *ids(other)])
    assert labels(moved) == ["Active", "Open"]
    assert labels(sales(world)) == ["Won", "Lost"]
    now = world.ada.close.get(f"/opportunity/{deal['id']}/")
    assert (now["pipeline_id"], now["status_id"]) == (other["id"], active)
    assert events(world, deal["id"]) == [("opportunity", "created"), ("opportunity", "updated")]
    # It is in the same status as before: nothing was won or lost, and no transition is counted.
    assert world.ada.close.get("/activity/status_change/opportunity/")["data"] == []
    assert world.sql(
        "SELECT count(*) FROM opportunities o JOIN stages s ON s.id = o.stage_id "
        "WHERE o.organization_id = %s AND o.pipeline_id <> s.pipeline_id",
        world.ada.organization_id,
    ) == [(0,)]


def test_statuses_of_one_name_do_not_meet(world: World):
    first, other = sales(world), pipeline(world, "Renewals", "WON")
    answer = change(world, other, 400, statuses=[*ids(other), ids(first)[1]])
    words = "The pipeline already has a stage named 'Won'."
    assert problems_of(answer) == {
        "statuses": {"errors": {"1": {"field-errors": {"label": words}}}}
    }
    assert labels(sales(world)) == ["Active", "Won", "Lost"]


def test_what_is_wrong_with_a_pipeline_is_told(world: World):
    other = pipeline(world, "Renewals", "Open")
    lead_status = world.ada.close.get("/status/lead/")["data"][0]["id"]
    twice = ids(other)[0]
    answer = change(
        world,
        other,
        400,
        name="sales",
        statuses=[{"id": f"stat_{UNKNOWN}"}, {"type": "won"}, twice, twice, {"id": lead_status}],
    )
    found = problems_of(answer)
    assert found.keys() == {"name", "statuses"}
    assert {
        place: list(each["field-errors"]) for place, each in found["statuses"]["errors"].items()
    } == {"0": ["id"], "1": ["label"], "3": ["id"], "4": ["id"]}
    assert problems_of(world.ada.close.post(PATH, {}, 400)) == {"name": "This field is required."}
    assert problems_of(world.ada.close.post(PATH, {"name": " "}, 400)).keys() == {"name"}
    assert labels(other) == ["Open"]


def test_a_status_that_a_configuration_names_stays_in_its_pipeline(world: World):
    first, other = sales(world), pipeline(world, "Renewals")
    stage_id = first["statuses"][0]["id"].removeprefix("stat_")
    make_configuration(
        world.ada,
        createApplication=True,
        applicationPipelineId=first["id"].removeprefix("pipe_"),
        applicationPipelineStage=stage_id,
    )
    answer = change(world, other, 400, statuses=[ids(first)[0]])
    assert "Facebook Lead Ad Funnel" in answer["error"]
    assert labels(sales(world)) == ["Active", "Won", "Lost"]


def test_a_pipeline_is_deleted_when_it_has_no_status(world: World):
    other = pipeline(world, "Renewals", "Open")
    path = f"{PATH}{other['id']}/"
    answer = world.ada.close.delete(path, status=400)
    assert answer == {"error": "The pipeline 'Renewals' still has statuses."}
    world.ada.close.delete(f"/status/opportunity/{other['statuses'][0]['id']}/", status=200)
    assert world.ada.close.delete(path, status=204) is None
    world.ada.close.get(path, 404)
    world.ada.close.delete(path, status=404)
    empty = pipeline(world, "Renewals")
    world.ada.close.delete(f"{PATH}{empty['id']}/", status=204)


def test_the_next_pipeline_takes_the_place_of_the_first(world: World):
    first, other = sales(world), pipeline(world, "Renewals", "Open")
    path = f"{PATH}{first['id']}/"
    for status in first["statuses"]:
        world.ada.close.delete(f"/status/opportunity/{status['id']}/", status=200)
    # Opportunities go where there is a status.
    assert world.ada.close.post("/opportunity/", {})["status_label"] == "Open"
    world.ada.close.delete(path, status=204)
    (left,) = world.ada.close.get(PATH)["data"]
    assert left["id"] == other["id"]
    made = world.ada.close.post("/status/opportunity/", {"label": "Kept"})
    assert made["pipeline_id"] == other["id"]


def test_the_last_pipeline_stays(world: World):
    first, other = sales(world), pipeline(world, "Renewals")
    change(world, other, statuses=ids(first))
    world.ada.close.delete(f"{PATH}{first['id']}/", status=204)
    change(world, other, statuses=[])
    assert (
        "still has statuses" in world.ada.close.delete(f"{PATH}{other['id']}/", status=400)["error"]
    )


def test_pipelines_of_leads_are_none_of_these(world: World):
    found = world.sql(
        "SELECT encode(id, 'hex') FROM pipelines WHERE organization_id = %s AND kind = 'lead'",
        world.ada.organization_id,
    )
    path = f"{PATH}pipe_{found[0][0]}/"
    world.ada.close.get(path, 404)
    world.ada.close.put(path, {"name": "x"}, 404)
    world.ada.close.delete(path, status=404)
