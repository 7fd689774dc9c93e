"""Comments on activities and opportunities, their threads, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Person, World
from tests.close.activities.making import activity, note
from tests.close.customizing.making import activity_type
from tests.close.leads.making import task
from tests.close.making import UNKNOWN, Json, call, events, lead, opportunity, wrong
from tests.close.people.making import blind

BODY = "<body><p>Nice <strong>work</strong></p></body>"


def comment(person: Person, object_id: str, body: str = BODY, status: int = 201) -> Json:
    made: Json = person.close.post("/comment/", {"object_id": object_id, "body": body}, status)
    return made


def comments(person: Person, **query: str) -> list[Json]:
    found: list[Json] = person.close.get("/comment/", params=query)["data"]
    return found


def user(person: Person) -> str:
    return f"user_{person.user_id.hex()}"


def _completion(world: World, lead_id: str) -> str:
    made = task(world, lead_id=lead_id)
    world.ada.close.put(f"/task/{made['id']}/", {"is_complete": True})
    listed = world.ada.close.get("/activity/task_completed/", params={"lead_id": lead_id})
    found: str = listed["data"][0]["id"]
    return found


OBJECTS: dict[str, tuple[str, Callable[[World, str], str]]] = {
    "activity.note": ("/activity/note/", lambda w, on: note(w, lead_id=on)["id"]),
    "activity.call": ("/activity/call/", lambda w, on: call(w, lead_id=on)["id"]),
    "activity.custom_activity": (
        "/activity/custom/",
        lambda w, on: activity(w, activity_type(w), lead_id=on)["id"],
    ),
    "activity.task_completed": ("/activity/task_completed/", _completion),
    "opportunity": ("/opportunity/", opportunity),
}


def test_a_comment_and_its_thread_are_told_as_documented(world: World):
    on = note(world)
    made = comment(world.ada, on["id"])
    now = "2026-05-17T09:30:00.000000+00:00"
    assert made == {
        "body": BODY,
        "created_at": now,
        "created_by": user(world.ada),
        "id": made["id"],
        "lead_id": on["lead_id"],
        "mentions": [],
        "organization_id": f"orga_{world.ada.org}",
        "removed_at": None,
        "removed_by": None,
        "thread_id": made["thread_id"],
        "updated_at": now,
        "updated_by": user(world.ada),
    }
    assert (made["id"][:5], made["thread_id"][:7]) == ("comm_", "comthr_")
    assert world.bo.close.get(f"/comment/{made['id']}/") == made
    world.clock.advance(minutes=1)
    second = comment(world.bo, on["id"])
    assert second["thread_id"] == made["thread_id"]
    thread = world.ada.close.get(f"/comment_thread/{made['thread_id']}/")
    assert thread == {
        "created_at": now,
        "id": made["thread_id"],
        "lead_id": on["lead_id"],
        "num_comments": 2,
        "object_id": on["id"],
        "object_type": "activity.note",
        "organization_id": f"orga_{world.ada.org}",
        "participating": [user(world.ada), user(world.bo)],
        "updated_at": "2026-05-17T09:31:00.000000+00:00",
    }
    for query in ({"object_id": on["id"]}, {"thread_id": made["thread_id"]}):
        assert comments(world.cy, **query) == [made, second]
    assert events(world, made["id"]) == [("comment", "created")]
    assert events(world, made["thread_id"]) == [
        ("comment_thread", "created"),
        ("comment_thread", "updated"),
    ]


@pytest.mark.parametrize("kind", OBJECTS)
def test_everything_that_can_be_commented_on_says_so_and_takes_its_comments_along(
    world: World, kind: str
):
    path, make = OBJECTS[kind]
    on = make(world, lead(world)["id"])
    first = comment(world.bo, on)
    comment(world.bo, on)
    (thread,) = world.ada.close.get("/comment_thread/", params={"object_ids": on})["data"]
    assert (thread["object_type"], thread["object_id"]) == (kind, on)
    if kind != "activity.call":  # the contract has no summary there
        shown = world.ada.close.get(f"{path}{on}/")
        assert shown["comment_summary"] == {"comment_count": 2, "thread_id": thread["id"]}
    world.ada.close.delete(f"{path}{on}/")
    assert comments(world.ada, object_id=on) == []
    world.ada.close.get(f"/comment/{first['id']}/", 404)
    world.ada.close.get(f"/comment_thread/{thread['id']}/", 404)
    assert events(world, first["id"])[-1] == ("comment", "deleted")
    assert events(world, thread["id"])[-1] == ("comment_thread", "deleted")


def test_a_task_that_is_opened_again_takes_the_comments_on_its_completion_along(world: World):
    made = task(world, lead_id=lead(world)["id"])
    world.ada.close.put(f"/task/{made['id']}/", {"is_complete": True})
    (done,) = world.ada.close.get("/activity/task_completed/")["data"]
    comment(world.bo, done["id"])
    world.ada.close.put(f"/task/{made['id']}/", {"is_complete": False})
    assert world.ada.close.get("/comment_thread/")["data"] == []


def test_comments_on_custom_activities_go_with_their_type(world: World):
    kind = activity_type(world)
    made = comment(world.bo, activity(world, kind)["id"])
    world.ada.close.delete(f"/custom_activity/{kind}/")
    world.run_jobs()
    world.ada.close.get(f"/comment/{made['id']}/", 404)


def test_comments_move_with_a_merge_and_go_with_their_lead(world: World):
    source, destination = lead(world)["id"], lead(world)["id"]
    made = comment(world.bo, note(world, lead_id=source)["id"])
    world.ada.close.post("/lead/merge/", {"source": source, "destination": destination})
    moved = world.ada.close.get(f"/comment/{made['id']}/")
    assert moved["lead_id"] == destination
    thread = world.ada.close.get(f"/comment_thread/{made['thread_id']}/")
    assert thread["lead_id"] == destination
    world.ada.close.delete(f"/lead/{destination}/")
    world.ada.close.get(f"/comment/{made['id']}/", 404)


def test_only_the_author_edits_a_comment(world: World):
    made = comment(world.bo, note(world)["id"])
    path = f"/comment/{made['id']}/"
    world.clock.advance(minutes=1)
    changed = world.bo.close.put(path, {"body": "<body><p>Oops</p></body>"})
    assert changed == {
        **made,
        "body": "<body><p>Oops</p></body>",
        "updated_at": "2026-05-17T09:31:00.000000+00:00",
    }
    refused = world.ada.close.put(path, {"body": BODY}, 403)
    assert refused == {"error": "Only the author of a comment may edit it."}
    assert world.ada.close.get(path) == changed


def test_a_removed_comment_loses_its_body_until_the_whole_thread_goes(world: World):
    on = note(world)["id"]
    first, second = comment(world.bo, on), comment(world.cy, on)
    world.clock.advance(minutes=1)
    assert world.ada.close.send("DELETE", f"/comment/{first['id']}/").status_code == 204
    removed = world.bo.close.get(f"/comment/{first['id']}/")
    at = "2026-05-17T09:31:00.000000+00:00"
    assert removed == {
        **first,
        "body": "",
        "removed_at": at,
        "removed_by": user(world.ada),
        "updated_at": at,
        "updated_by": user(world.ada),
    }
    thread = f"/comment_thread/{first['thread_id']}/"
    assert world.ada.close.get(thread)["num_comments"] == 1
    assert world.ada.close.get(thread)["participating"] == [user(world.cy)]
    world.bo.close.put(f"/comment/{first['id']}/", {"body": BODY}, 400)
    world.cy.close.delete(f"/comment/{second['id']}/", status=204)
    world.ada.close.get(thread, 404)
    world.ada.close.get(f"/comment/{first['id']}/", 404)
    assert events(world, first["id"]) == [
        ("comment", "created"),
        ("comment", "updated"),
        ("comment", "deleted"),
    ]
    assert world.ada.close.get(f"/activity/note/{on}/")["comment_summary"] is None


def test_who_may_delete_no_activities_of_others_removes_own_comments_only(world: World):
    on = note(world)["id"]
    of_ada, of_bo = comment(world.ada, on), comment(world.bo, on)
    blind(world, world.bo, permissions=["view_all_leads", "delete_own_activities"])
    world.bo.close.delete(f"/comment/{of_ada['id']}/", status=403)
    world.bo.close.delete(f"/comment/{of_bo['id']}/", status=204)


def test_mentions_are_read_from_the_body_and_markup_is_cleaned(world: World):
    mention = (
        f'<span class="mention" data-type="mention" data-id="{user(world.cy)}" '
        'data-label="Cy">@Cy</span>'
    )
    body = f"<body><p>{mention} {mention} look <script>alert(1)</script></p></body>"
    made = comment(world.bo, note(world)["id"], body)
    assert made["mentions"] == [user(world.cy)]
    assert "script" not in made["body"]


@pytest.mark.parametrize("body", ["", "<body></body>", "<p> </p>", "x" * 100_001])
def test_a_comment_says_something_and_ends(world: World, body: str):
    assert set(wrong(comment(world.bo, note(world)["id"], body, 400))) == {"body"}


@pytest.mark.parametrize(
    "object_id", [f"acti_{UNKNOWN}", f"oppo_{UNKNOWN}", f"lead_{UNKNOWN}", "acti_", "", "x"]
)
def test_what_is_not_there_takes_no_comments_and_has_none(world: World, object_id: str):
    assert comment(world.bo, object_id, status=404) == {"error": "Object not found"}
    if object_id:
        assert comments(world.bo, object_id=object_id) == []


def test_an_id_of_another_kind_of_object_is_not_there(world: World):
    on = note(world)["id"]
    comment(world.bo, on.replace("acti_", "oppo_"), status=404)
    comment(world.eve, on, status=404)
    assert comments(world.eve, object_id=on) == []


@pytest.mark.parametrize("query", [{}, {"object_id": "acti_1", "thread_id": "comthr_1"}])
def test_a_list_names_an_object_or_a_thread(world: World, query: dict[str, str]):
    refused = world.bo.close.get("/comment/", 400, params=query)
    assert refused == {"error": "Exactly one of object_id and thread_id must be given."}


def test_who_does_not_see_a_lead_sees_no_comments_on_it(world: World):
    hidden, own = lead(world)["id"], lead(world)["id"]
    secret = comment(world.ada, note(world, lead_id=hidden)["id"])
    seen = comment(world.ada, note(world, lead_id=own)["id"])
    world.sql(
        "UPDATE leads SET owner_id = %s WHERE id = %s RETURNING 1",
        world.bo.user_id,
        bytes.fromhex(own.removeprefix("lead_")),
    )
    blind(world, world.bo)
    world.bo.close.get(f"/comment/{secret['id']}/", 404)
    world.bo.close.get(f"/comment_thread/{secret['thread_id']}/", 404)
    assert comments(world.bo, thread_id=secret["thread_id"]) == []
    world.bo.close.get("/comment_thread/", 403)
    both = f"{secret['thread_id']},{seen['thread_id']}"
    threads = world.bo.close.get("/comment_thread/", params={"ids": both})["data"]
    assert [thread["id"] for thread in threads] == [seen["thread_id"]]
    assert comments(world.bo, thread_id=seen["thread_id"]) == [seen]


def test_threads_are_listed_by_what_is_asked_for(world: World):
    first, second = (comment(world.bo, note(world)["id"]) for _ in range(2))

    def listed(**query: Any) -> list[str]:
        found = world.ada.close.get("/comment_thread/", params=query)
        return [thread["id"] for thread in found["data"]]

    newest_first = [second["thread_id"], first["thread_id"]]
    assert listed() == newest_first
    assert listed(_limit="1") == newest_first[:1]
    assert listed(_limit="1", _skip="1") == newest_first[1:]
    assert listed(ids=first["thread_id"]) == [first["thread_id"]]
    assert listed(ids=f"comthr_{UNKNOWN},x") == []
