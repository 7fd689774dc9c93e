"""Custom objects through the Close API, and the values that refer to them."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.flows import delete_custom_type
from tests.cast import World
from tests.close.customizing.making import (
    custom_object,
    field,
    object_field,
    object_type,
    reference,
    share,
    shared,
)
from tests.close.making import UNKNOWN, Json, contact, count_events, events, lead, wrong

NOW = "2026-05-17T09:30:00.000000+00:00"


def path_of(made: Json) -> str:
    return f"/custom_object/{made['id']}/"


def test_an_object_is_made_changed_and_deleted(world: World):
    account = object_type(world)
    plan = object_field(world, account, "choices", name="Plan")
    size = object_field(world, account, "number", name="Size")
    home = lead(world)["id"]
    body = {"custom_object_type_id": account, "lead_id": home, "name": " Main ", plan: "A"}
    response = world.bo.close.send("POST", "/custom_object/", {**body, "custom": {"Size": 5}})
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1{path_of(made)}"
    bo = f"user_{world.bo.user_id.hex()}"
    assert made == {
        "created_by": bo,
        "custom_object_type_id": account,
        "date_created": NOW,
        "date_updated": NOW,
        "id": made["id"],
        "lead_id": home,
        "name": "Main",
        "organization_id": f"orga_{world.ada.org}",
        "updated_by": bo,
        plan: "A",
        size: 5,
    }
    assert made["id"].startswith("custobj_")
    assert world.ada.close.get(path_of(made)) == made
    world.clock.advance(minutes=5)
    assert world.ada.close.put(path_of(made), made) == made
    changed = world.ada.close.put(path_of(made), {"name": "Other", plan: None, size: 6})
    assert changed == {
        **{key: value for key, value in made.items() if key != plan},
        "name": "Other",
        size: 6,
        "date_updated": "2026-05-17T09:35:00.000000+00:00",
        "updated_by": f"user_{world.ada.user_id.hex()}",
    }
    assert world.ada.close.send("DELETE", path_of(made)).status_code == 204
    world.ada.close.get(path_of(made), 404)
    noun = "custom_object"
    assert events(world, made["id"]) == [(noun, "created"), (noun, "updated"), (noun, "deleted")]


def test_the_objects_of_a_lead_are_listed_newest_first(world: World):
    account, asset = object_type(world), object_type(world, "Asset")
    home, other = lead(world)["id"], lead(world)["id"]
    first, second, third = (
        custom_object(world, kind, lead_id=home) for kind in (account, asset, account)
    )
    elsewhere = custom_object(world, account, lead_id=other)

    def shown(**params: Any) -> list[str]:
        found = world.bo.close.get("/custom_object/", params=params)
        assert found["has_more"] == ("_limit" in params)
        return [each["id"] for each in found["data"]]

    assert shown(lead_id=home) == [third["id"], second["id"], first["id"]]
    assert shown(lead_id=home, custom_object_type_id=account) == [third["id"], first["id"]]
    assert shown(lead_id=home, _limit=1, _skip=1) == [second["id"]]
    assert shown(lead_id=f"{home},{other}")[0] == elsewhere["id"]
    assert shown(lead_id=f"lead_{UNKNOWN}") == []
    assert shown(lead_id=home, custom_object_type_id="cotype_x") == []
    picked = world.ada.close.get("/custom_object/", params={"lead_id": other, "_fields": "name"})
    assert picked["data"] == [{"name": "Main account"}]
    for params in ({}, {"custom_object_type_id": account}):
        answer = world.ada.close.get("/custom_object/", 400, params=params)
        assert wrong(answer) == {"lead_id": "This field is required."}


def test_a_list_of_a_hundred_and_more_is_answered_whole(world: World):
    account, home = object_type(world), lead(world)["id"]
    for _ in range(101):
        custom_object(world, account, lead_id=home)
    found = world.ada.close.get("/custom_object/", params={"lead_id": home})
    assert (len(found["data"]), found["has_more"]) == (101, False)


def test_everything_that_is_wrong_is_told_at_once(world: World):
    account, stranger = object_type(world), object_type(world, "Asset")
    size = object_field(world, account, "number", name="Size")
    needed = object_field(world, account, "text", name="Number", required=True)
    other = object_field(world, stranger, "text")
    home = lead(world)["id"]
    before = count_events(world)
    values = {size: "x", other: 1}
    answer = custom_object(world, account, 400, lead_id=f"lead_{UNKNOWN}", name=" ", **values)
    assert wrong(answer) == {
        "lead_id": "Object does not exist.",
        "name": "This field is required.",
        size: "Value must be of number type.",
        other: f'The Custom Field "{other.removeprefix("custom.")}" does not exist.',
        needed: "This field is required.",
    }
    assert set(wrong(world.ada.close.post("/custom_object/", {}, 400))) == {
        "custom_object_type_id",
        "lead_id",
        "name",
    }
    south = world.eve.close.post("/custom_object_type/", {"name": "A", "name_plural": "As"}, 201)[
        "id"
    ]
    for type_id in (f"cotype_{UNKNOWN}", south):
        answer = custom_object(world, type_id, 400, lead_id=f"lead_{UNKNOWN}")
        assert set(wrong(answer)) == {"custom_object_type_id", "lead_id"}
    answer = custom_object(world, account, 400, lead_id=home, name="x" * 256, **{needed: "1"})
    assert set(wrong(answer)) == {"name"}
    assert count_events(world) == before


def test_what_is_required_stays(world: World):
    account = object_type(world)
    needed = object_field(world, account, "number", name="Number", required=True)
    made = custom_object(world, account, **{needed: 0})
    for value in (None, ""):
        answer = world.ada.close.put(path_of(made), {needed: value, "name": "X"}, 400)
        assert wrong(answer) == {needed: "This field is required."}
    assert world.ada.close.get(path_of(made)) == made
    # A field that is required later is asked for when values change, and not before.
    later = object_field(world, account, "text", name="Later", required=True)
    assert world.ada.close.put(path_of(made), {"name": "X"})["name"] == "X"
    answer = world.ada.close.put(path_of(made), {needed: 7}, 400)
    assert wrong(answer) == {later: "This field is required."}
    assert world.ada.close.put(path_of(made), {needed: 7, later: "y"})[later] == "y"


def test_values_are_added_and_removed(world: World):
    account = object_type(world)
    tags = object_field(world, account, "choices", accepts_multiple_values=True)
    made = custom_object(world, account, **{tags: ["A"]})
    assert world.ada.close.put(path_of(made), {f"{tags}.add": "B"})[tags] == ["A", "B"]
    assert world.ada.close.put(path_of(made), {f"{tags}.remove": "A"})[tags] == ["B"]


def test_an_archived_type_takes_no_new_objects(world: World):
    account = object_type(world)
    made = custom_object(world, account)
    world.ada.close.put(f"/custom_object_type/{account}/", {"is_archived": True})
    answer = custom_object(world, account, 400)
    assert wrong(answer) == {"custom_object_type_id": "The type is archived."}
    assert world.ada.close.put(path_of(made), {"name": "Old"})["name"] == "Old"
    world.ada.close.delete(path_of(made), status=204)


def test_a_type_for_some_roles_is_for_nobody_else(world: World):
    account = object_type(world)
    made = custom_object(world, account)
    world.ada.close.put(f"/custom_object_type/{account}/", {"editable_with_roles": ["admin"]})
    body = {"custom_object_type_id": account, "lead_id": made["lead_id"], "name": "X"}
    for person in (world.bo, world.dora):
        person.close.post("/custom_object/", body, 403)
        person.close.put(path_of(made), {"name": "X"}, 403)
        person.close.delete(path_of(made), status=403)
        assert person.close.get(path_of(made)) == made
    assert world.ada.close.put(path_of(made), {"name": "X"})["name"] == "X"


@pytest.mark.parametrize("is_merged", [False, True])
def test_objects_go_where_their_lead_goes(world: World, is_merged: bool):
    made, other = custom_object(world, object_type(world)), lead(world)["id"]
    if is_merged:
        world.ada.close.post("/lead/merge/", {"source": made["lead_id"], "destination": other})
        assert world.ada.close.get(path_of(made))["lead_id"] == other
        assert events(world, made["id"])[-1] == ("custom_object", "updated")
    else:
        world.ada.close.delete(f"/lead/{made['lead_id']}/")
        world.ada.close.get(path_of(made), 404)
        assert events(world, made["id"])[-1] == ("custom_object", "deleted")


def test_objects_go_with_their_type(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delete_custom_type, "CHUNK", 3)
    account, asset = object_type(world), object_type(world, "Asset")
    home = lead(world)["id"]
    gone = [custom_object(world, account, lead_id=home) for _ in range(7)]
    kept = custom_object(world, asset, lead_id=home)
    world.ada.close.delete(f"/custom_object_type/{account}/", status=204)
    assert len(world.ada.close.get("/custom_object/", params={"lead_id": home})["data"]) == 5
    world.ada.close.put(path_of(gone[-1]), {"name": "X"}, 404)
    world.run_jobs()
    assert world.ada.close.get("/custom_object/", params={"lead_id": home})["data"] == [kept]
    for each in gone:
        assert events(world, each["id"])[1:] == [("custom_object", "deleted")]


# Values that refer to custom objects.


@pytest.mark.parametrize("kind", ["lead", "contact", "opportunity"])
def test_a_reference_is_an_object_of_the_type(world: World, kind: str):
    account, asset = object_type(world), object_type(world, "Asset")
    key = reference(world, kind, account)
    mine, other = custom_object(world, account), custom_object(world, asset)
    made = world.ada.close.post(f"/{kind}/", {key: mine["id"]})
    assert made[key] == mine["id"]
    where = f"/{kind}/{made['id']}/"
    south_type = world.eve.close.post(
        "/custom_object_type/", {"name": "A", "name_plural": "As"}, 201
    )["id"]
    south_lead = world.eve.close.post("/lead/", {})["id"]
    theirs = world.eve.close.post(
        "/custom_object/",
        {"custom_object_type_id": south_type, "lead_id": south_lead, "name": "A"},
        201,
    )
    for wrong_id in (other["id"], theirs["id"], f"custobj_{UNKNOWN}", made["id"], "Main account"):
        answer = world.ada.close.put(where, {key: wrong_id}, 400)
        assert wrong(answer) == {key: "Object does not exist."}
    assert key not in world.ada.close.put(where, {key: None})


def test_each_field_has_references_of_its_own(world: World):
    """What one field of a request may name is not thereby good for its other fields."""
    account, asset = object_type(world), object_type(world, "Asset")
    to_account = reference(world, "lead", account)
    to_asset = reference(world, "lead", asset, name="Asset")
    person = field(world, "lead", "contact", name="Person")
    owner = field(world, "lead", "user", name="Owner")
    mine, ann = custom_object(world, account)["id"], contact(world, name="Ann")["id"]
    values = {to_account: mine, to_asset: mine, person: ann, owner: ann}
    assert wrong(world.ada.close.post("/lead/", values, 400)) == {
        to_asset: "Object does not exist.",
        owner: "Object does not exist.",
    }


def test_objects_refer_to_objects_of_their_own_and_other_types(world: World):
    account, asset = object_type(world), object_type(world, "Asset")
    own = {"custom_object_type_id": asset, "accepts_multiple_values": True}
    parents = reference(world, "custom_object_type", asset, name="Parents", **own)
    of_account = reference(world, "custom_object_type", account, custom_object_type_id=asset)
    main, first = custom_object(world, account), custom_object(world, asset)
    second = custom_object(world, asset, **{parents: [first["id"]], of_account: main["id"]})
    assert (second[parents], second[of_account]) == ([first["id"]], main["id"])
    answer = world.ada.close.put(path_of(second), {f"{parents}.add": main["id"]}, 400)
    assert wrong(answer) == {f"{parents}.add": "Object does not exist."}
    added = world.ada.close.put(path_of(second), {f"{parents}.add": second["id"]})
    assert added[parents] == [first["id"], second["id"]]
    # What is deleted goes on being named, can be taken away, and is not given again.
    world.ada.close.delete(path_of(first), status=204)
    assert world.ada.close.get(path_of(second))[parents] == [first["id"], second["id"]]
    left = world.ada.close.put(path_of(second), {f"{parents}.remove": first["id"]})
    assert left[parents] == [second["id"]]
    world.ada.close.put(path_of(second), {f"{parents}.add": first["id"]}, 400)
    back = world.ada.close.get(f"/custom_object_type/{account}/")["back_reference_fields"]
    assert [f"custom.{each['id']}" for each in back] == [of_account]


# What becomes of values when their field goes.


def test_a_deleted_field_takes_its_values_along(world: World):
    account = object_type(world)
    size = object_field(world, account, "number", name="Size")
    plan = object_field(world, account, "choices", name="Plan", accepts_multiple_values=True)
    made = custom_object(world, account, **{size: 5, plan: ["B", "A"]})
    world.ada.close.delete(f"/custom_field/custom_object_type/{size[7:]}/", status=204)
    shown = world.ada.close.get(path_of(made))
    assert (size in shown, shown[plan]) == (False, ["B", "A"])
    one = {"accepts_multiple_values": False}
    world.ada.close.put(f"/custom_field/custom_object_type/{plan[7:]}/", one)
    assert world.ada.close.get(path_of(made))[plan] == "B"
    assert events(world, made["id"])[1:] == [("custom_object", "updated")] * 2


def test_a_shared_field_that_leaves_a_type_takes_the_values_there_along(world: World):
    account, asset = object_type(world), object_type(world, "Asset")
    owner = shared(world)
    key = f"custom.{owner['id']}"
    for type_id in (account, asset):
        share(world, owner, "custom_object_type", custom_object_type_id=type_id)
    one, other = (
        custom_object(world, account, **{key: "x"}),
        custom_object(world, asset, **{key: "x"}),
    )
    where = f"/custom_field/shared/{owner['id']}/association/custom_object_type/{account}/"
    world.ada.close.delete(where, status=204)
    assert key not in world.ada.close.get(path_of(one))
    assert world.ada.close.get(path_of(other)) == other
    world.run_jobs()
    world.clock.advance(minutes=2)
    world.run_jobs()
    assert world.ada.close.get(path_of(other)) == other
    world.ada.close.delete(f"/custom_field/shared/{owner['id']}/")
    assert key not in world.ada.close.get(path_of(other))


def test_a_shared_field_may_be_required_of_one_type(world: World):
    account, asset = object_type(world), object_type(world, "Asset")
    owner = shared(world)
    share(world, owner, "custom_object_type", custom_object_type_id=account, required=True)
    share(world, owner, "custom_object_type", custom_object_type_id=asset)
    assert list(wrong(custom_object(world, account, 400))) == [f"custom.{owner['id']}"]
    custom_object(world, asset)
