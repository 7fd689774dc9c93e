"""Custom fields: what they are, who defines them, and what they refuse."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.customizing.making import activity_type, make_field, object_type
from tests.close.making import UNKNOWN, Json, events, wrong

PLAIN = ("lead", "contact", "opportunity")
NOW = "2026-05-17T09:30:00.000000+00:00"


@pytest.mark.parametrize("kind", PLAIN)
def test_a_field_is_made_with_its_name_and_type(world: World, kind: str):
    made = make_field(world, kind, 200, name=" # of users ", type="number", description="How many")
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        "accepts_multiple_values": False,
        "back_reference_is_visible": None,
        "choices": None,
        "converting_to_type": None,
        "created_by": me,
        "date_created": NOW,
        "date_updated": NOW,
        "description": "How many",
        "editable_with_roles": [],
        "id": made["id"],
        "is_shared": False,
        "name": "# of users",
        "organization_id": f"orga_{world.ada.org}",
        "referenced_custom_type_id": None,
        "type": "number",
        "updated_by": me,
    }
    assert made["id"].startswith("cf_")
    assert world.bo.close.get(f"/custom_field/{kind}/{made['id']}/") == made
    assert world.bo.close.get(f"/custom_field/{kind}/") == {"data": [made], "has_more": False}


def test_fields_of_custom_types_name_their_type_and_may_be_required(world: World):
    demo, account = activity_type(world), object_type(world)
    body = {"name": "Seats", "type": "number", "required": True}
    made = make_field(world, "activity", 200, **body, custom_activity_type_id=demo)
    assert (made["custom_activity_type_id"], made["required"]) == (demo, True)
    assert "custom_object_type_id" not in made
    made = make_field(world, "custom_object_type", 201, **body, custom_object_type_id=account)
    assert (made["custom_object_type_id"], made["required"]) == (account, True)
    path = f"/custom_field/custom_object_type/{made['id']}/"
    assert world.ada.close.put(path, {"required": False})["required"] is False
    assert world.ada.close.send("DELETE", path).status_code == 204
    for kind, name in (("activity", demo), ("custom_object_type", account)):
        key = "custom_activity_type_id" if kind == "activity" else "custom_object_type_id"
        assert set(wrong(make_field(world, kind, 400, name="A", type="text"))) == {key}
        for other in (name[:-24] + UNKNOWN, "lead", None, f"lead_{UNKNOWN}"):
            answer = make_field(world, kind, 400, name="A", type="text", **{key: other})
            assert set(wrong(answer)) == {key}


def test_a_new_object_field_says_where_it_is(world: World):
    body = {"name": "Seats", "type": "number", "custom_object_type_id": object_type(world)}
    response = world.ada.close.send("POST", "/custom_field/custom_object_type/", body)
    where = f"/api/v1/custom_field/custom_object_type/{response.json()['id']}/"
    assert response.headers["location"] == where


def test_what_the_field_of_each_type_needs(world: World):
    account = object_type(world)
    for kind in ("text", "number", "date", "datetime", "user", "contact", "textarea", "hidden"):
        made = make_field(world, "lead", name=kind, type=kind)
        assert (made["type"], made["choices"]) == (kind, None)
    made = make_field(world, "lead", name="c", type="choices", choices=[" A ", "B", "A"])
    assert made["choices"] == ["A", "B"]
    body = {"name": "o", "type": "custom_object", "referenced_custom_type_id": account}
    made = make_field(world, "lead", **body)
    assert made["referenced_custom_type_id"] == account
    assert made["back_reference_is_visible"] is True
    for kind in ("user", "contact"):
        made = make_field(world, "contact", name=kind, type=kind, accepts_multiple_values=True)
        assert made["accepts_multiple_values"] is True


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "type"}),
        ({"name": "", "type": "text"}, {"name"}),
        ({"name": "  ", "type": "text"}, {"name"}),
        ({"name": "x" * 201, "type": "text"}, {"name"}),
        ({"name": "Taken", "type": "text"}, {"name"}),
        ({"name": 5, "type": "Text"}, {"name", "type"}),
        ({"name": "A", "type": "text", "description": "x" * 281}, {"description"}),
        ({"name": "A", "type": "choices"}, {"choices"}),
        ({"name": "A", "type": "choices", "choices": []}, {"choices"}),
        ({"name": "A", "type": "choices", "choices": ["B", " "]}, {"choices"}),
        ({"name": "A", "type": "choices", "choices": ["B", 5]}, {"choices"}),
        ({"name": "A", "type": "choices", "choices": ["x" * 256]}, {"choices"}),
        ({"name": "A", "type": "text", "choices": ["B"]}, {"choices"}),
        (
            {"name": "A", "type": "date", "accepts_multiple_values": True},
            {"accepts_multiple_values"},
        ),
        ({"name": "A", "type": "custom_object"}, {"referenced_custom_type_id"}),
        (
            {
                "name": "A",
                "type": "custom_object",
                "referenced_custom_type_id": f"cotype_{UNKNOWN}",
            },
            {"referenced_custom_type_id"},
        ),
        ({"name": "A", "type": "text", "editable_with_roles": ["boss"]}, {"editable_with_roles"}),
        (
            {"name": "A", "type": "text", "editable_with_roles": [f"role_{UNKNOWN}"]},
            {"editable_with_roles"},
        ),
    ],
)
def test_a_wrong_field_is_refused(world: World, body: Json, fields: set[str]):
    make_field(world, "lead", name="Taken", type="text")
    assert set(wrong(make_field(world, "lead", 400, **body))) == fields
    assert len(world.ada.close.get("/custom_field/lead/")["data"]) == 1


def test_the_name_is_unique_where_the_field_belongs(world: World):
    demo, visit = activity_type(world), activity_type(world, "Visit")
    for kind in (*PLAIN, "shared"):
        make_field(world, kind, name="Size", type="text")
        answer = make_field(world, kind, 400, name="Size", type="number")
        assert wrong(answer) == {"name": "There is a custom field 'Size' already."}
    body = {"name": "Size", "type": "text"}
    make_field(world, "activity", custom_activity_type_id=demo, **body)
    make_field(world, "activity", custom_activity_type_id=visit, **body)
    assert set(wrong(make_field(world, "activity", 400, custom_activity_type_id=demo, **body))) == {
        "name"
    }
    other = make_field(world, "lead", name="Other", type="text")
    path = f"/custom_field/lead/{other['id']}/"
    assert set(wrong(world.ada.close.put(path, {"name": " Size "}, 400))) == {"name"}
    assert world.ada.close.put(path, {"name": "Other"}) == other


def test_an_update_changes_what_is_sent(world: World):
    made = make_field(
        world, "lead", name="Tier", type="choices", choices=["A", "B"], description="Which"
    )
    path = f"/custom_field/lead/{made['id']}/"
    world.clock.advance(minutes=5)
    assert world.ada.close.put(path, made) == made
    changed = world.ada.close.put(
        path,
        {
            "name": "Level",
            "choices": ["A", "C"],
            "accepts_multiple_values": True,
            "description": None,
            "editable_with_roles": ["admin", "superuser"],
        },
    )
    assert changed == {
        **made,
        "name": "Level",
        "choices": ["A", "C"],
        "accepts_multiple_values": True,
        "description": None,
        "editable_with_roles": ["admin", "superuser"],
        "date_updated": "2026-05-17T09:35:00.000000+00:00",
    }
    left = {"name": None, "type": None, "choices": None, "accepts_multiple_values": None}
    assert world.ada.close.put(path, {**left, "description": None}) == changed
    assert world.ada.close.put(path, {"editable_with_roles": None})["editable_with_roles"] == []
    assert events(world, made["id"]) == [
        ("custom_field", "created"),
        ("custom_field", "updated"),
        ("custom_field", "updated"),
    ]


def test_the_type_of_some_fields_stays(world: World):
    demo, account = activity_type(world), object_type(world)
    fields = {
        "activity": {"custom_activity_type_id": demo},
        "custom_object_type": {"custom_object_type_id": account},
        "shared": {},
    }
    for kind, more in fields.items():
        made = make_field(world, kind, name="Size", type="text", **more)
        path = f"/custom_field/{kind}/{made['id']}/"
        assert wrong(world.ada.close.put(path, {"type": "number"}, 400)) == {
            "type": "Value cannot be changed."
        }
        assert world.ada.close.put(path, {"type": "text", "name": "Other", **more})
    other = activity_type(world, "Visit")
    made = world.ada.close.get("/custom_field/activity/")["data"][0]
    path = f"/custom_field/activity/{made['id']}/"
    assert wrong(world.ada.close.put(path, {"custom_activity_type_id": other}, 400)) == {
        "custom_activity_type_id": "Value cannot be changed."
    }


def test_a_reference_to_a_type_stays(world: World):
    account, asset = object_type(world), object_type(world, "Asset")
    body = {"name": "o", "type": "custom_object", "referenced_custom_type_id": account}
    made = make_field(world, "lead", **body)
    path = f"/custom_field/lead/{made['id']}/"
    answer = world.ada.close.put(path, {"referenced_custom_type_id": asset}, 400)
    assert wrong(answer) == {"referenced_custom_type_id": "Value cannot be changed."}
    changed = world.ada.close.put(path, {"back_reference_is_visible": False})
    assert changed["back_reference_is_visible"] is False


def test_a_deleted_field_is_gone(world: World):
    for kind in (*PLAIN, "shared"):
        made = make_field(world, kind, name="Size", type="text")
        path = f"/custom_field/{kind}/{made['id']}/"
        assert world.ada.close.delete(path, status=200) == {}
        world.ada.close.get(path, 404)
        world.ada.close.put(path, {"name": "B"}, 404)
        world.ada.close.delete(path, status=404)
        assert events(world, made["id"])[-1] == ("custom_field", "deleted")
        make_field(world, kind, name="Size", type="text")


def test_a_field_is_found_under_its_own_kind_alone(world: World):
    made = make_field(world, "lead", name="Size", type="text")
    for kind in ("contact", "opportunity", "activity", "custom_object_type", "shared"):
        path = f"/custom_field/{kind}/{made['id']}/"
        world.ada.close.get(path, 404)
        world.ada.close.put(path, {"name": "B"}, 404)
        world.ada.close.delete(path, status=404)
        assert world.ada.close.get(f"/custom_field/{kind}/")["data"] == []
    path = f"/custom_field/lead/{made['id']}/"
    world.eve.close.get(path, 404)
    world.eve.close.put(path, {"name": "B"}, 404)
    world.eve.close.delete(path, status=404)
    assert world.eve.close.get("/custom_field/lead/")["data"] == []


def test_the_old_plural_paths_go_on_working(world: World):
    made = world.ada.close.post("/custom_fields/lead/", {"name": "Size", "type": "text"}, 200)
    path = f"/custom_fields/lead/{made['id']}/"
    assert world.ada.close.get("/custom_fields/lead/")["data"] == [made]
    assert world.ada.close.get(path) == made
    assert world.ada.close.put(path, {"name": "B"})["name"] == "B"
    assert world.ada.close.delete(path, status=200) == {}
    assert world.ada.close.get("/custom_field/lead/")["data"] == []
    for kind in ("contact", "opportunity", "activity", "custom_object_type", "shared"):
        assert world.ada.close.get(f"/custom_fields/{kind}/")["data"] == []


def test_lists_page_up_to_a_thousand_and_pick_fields(world: World):
    names = ["A", "B", "C"]
    for name in names:
        make_field(world, "lead", name=name, type="text")
    path = "/custom_field/lead/"
    answer = world.ada.close.get(path, params={"_limit": 2, "_fields": "name"})
    assert answer == {"data": [{"name": "A"}, {"name": "B"}], "has_more": True}
    answer = world.ada.close.get(path, params={"_limit": 1000, "_skip": 2})
    assert [each["name"] for each in answer["data"]] == ["C"]
    answer = world.ada.close.get(path, 400, params={"_limit": 1001})
    assert "max_limit = 1000" in answer["error"]


def test_shared_fields_are_not_paged_unless_asked(world: World):
    for number in range(101):
        make_field(world, "shared", name=f"Field {number}", type="text")
    answer = world.ada.close.get("/custom_field/shared/")
    assert (len(answer["data"]), answer["has_more"]) == (101, False)
    assert world.ada.close.get("/custom_field/shared/", params={"_limit": 100})["has_more"] is True


def test_fields_that_tether_makes_are_close_fields_and_the_other_way_round(world: World):
    make_field(world, "contact", name="loanAmount", type="number")
    body = {"phoneNumber": "4155550133", "loanAmount": 5, "favouriteColour": "red"}
    world.bo.tether.post("/contact", body)
    found = world.ada.close.get("/custom_field/contact/")["data"]
    assert [(each["name"], each["type"]) for each in found] == [
        ("loanAmount", "number"),
        ("favouriteColour", "text"),
    ]
    path = f"/custom_field/contact/{found[1]['id']}/"
    world.ada.close.put(path, {"name": "Colour"})
    (card,) = world.bo.tether.get("/contacts", params={"ownerFilter": "all"})["data"]["contacts"]
    assert (card["Colour"], card["loanAmount"]) == ("red", 5)
