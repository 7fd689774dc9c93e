"""Form submissions as activities on the leads that they made."""

from __future__ import annotations

from tests.cast import World
from tests.close.files.making import JOHN, fill_in, form, submissions
from tests.close.making import UNKNOWN, events, lead


def test_submissions_can_be_asked_for_by_form_and_lead(world: World):
    first, second = form(world), form(world, name="Other")
    fill_in(world, first, JOHN)
    fill_in(world, second, {"email": "jim@example.com"})
    of_second, of_first = submissions(world)
    for query, expected in (
        ({"form_id": first["id"]}, [of_first]),
        ({"form_id__in": f"{first['id']},{second['id']}"}, [of_second, of_first]),
        ({"form_id": f"form_{UNKNOWN}"}, []),
        ({"lead_id": of_first["lead_id"]}, [of_first]),
        ({"contact_id": of_second["contact_id"]}, [of_second]),
        ({"user_id": f"user_{world.ada.user_id.hex()}"}, []),
        ({"id__in": of_first["id"]}, [of_first]),
        ({"_type": "Note"}, []),
        ({"_type": "FormSubmission", "_limit": "1"}, [of_second]),
        ({"date_created__gt": "2026-05-18"}, []),
    ):
        assert submissions(world, **query) == expected, query
    lead_id = of_first["lead_id"]
    kinds = [
        each["_type"]
        for each in world.bo.close.get("/activity/", params={"lead_id": lead_id})["data"]
    ]
    assert "FormSubmission" in kinds


def test_submissions_go_with_their_lead(world: World):
    made = form(world)
    fill_in(world, made, JOHN)
    (shown,) = submissions(world)
    destination = lead(world)["id"]
    body = {"source": shown["lead_id"], "destination": destination}
    world.ada.close.post("/lead/merge/", body)
    (moved,) = submissions(world)
    me = f"user_{world.ada.user_id.hex()}"
    assert (moved["lead_id"], moved["updated_by"]) == (destination, me)
    world.ada.close.delete(f"/lead/{destination}/")
    assert submissions(world) == []
    assert events(world, shown["id"])[-1] == ("form_submission", "deleted")


def test_a_submission_can_be_deleted_and_its_lead_stays(world: World):
    fill_in(world, form(world), JOHN)
    (shown,) = submissions(world)
    path = f"/activity/form_submission/{shown['id']}/"
    assert world.bo.close.delete(path) == {}
    world.bo.close.get(path, 404)
    world.bo.close.get(f"/lead/{shown['lead_id']}/")
