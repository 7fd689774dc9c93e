"""What becomes of values when their field changes its type, goes, or leaves a noun."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.flows import conform_custom_values
from tests.cast import World
from tests.close.customizing.making import field
from tests.close.making import Json, contact, events, id_of, lead, user

CONVERTED: list[tuple[str, Any, Json, Any]] = [
    ("text", "12.50", {"type": "number"}, 12.5),
    ("text", " 7 ", {"type": "number"}, 7),
    ("text", "many", {"type": "number"}, None),
    ("text", "nan", {"type": "number"}, None),
    ("text", "2026-05-17T10:00:00Z", {"type": "date"}, "2026-05-17"),
    ("text", "soon", {"type": "date"}, None),
    ("text", "A", {"type": "choices", "choices": ["A"]}, "A"),
    ("text", "C", {"type": "choices", "choices": ["A"]}, None),
    (
        "text",
        "A",
        {"type": "choices", "choices": ["A"], "accepts_multiple_values": True},
        ["A"],
    ),
    ("number", 7, {"type": "text"}, "7"),
    ("number", 0, {"type": "choices", "choices": ["0"]}, "0"),
    ("number", 2.0, {"type": "textarea"}, "2"),
    ("date", "2026-05-17", {"type": "datetime"}, "2026-05-17T00:00:00.000000+00:00"),
    ("datetime", "2026-05-17T10:00:00Z", {"type": "date"}, "2026-05-17"),
    ("datetime", "2026-05-17", {"type": "text"}, "2026-05-17T00:00:00.000000+00:00"),
    ("choices", "A", {"type": "text"}, "A"),
    ("choices", "A", {"accepts_multiple_values": True}, ["A"]),
    ("text", "x", {"type": "textarea"}, "x"),
    ("text", "Bo Berg", {"type": "contact"}, None),
]


def field_path(key: str, kind: str = "lead") -> str:
    return f"/custom_field/{kind}/{key.removeprefix('custom.')}/"


@pytest.mark.parametrize(("type_", "value", "change", "expected"), CONVERTED)
def test_values_are_converted_with_their_field(
    world: World, type_: str, value: Any, change: Json, expected: Any
):
    key = field(world, "lead", type_)
    made = lead(world, **{key: value})
    other = lead(world)
    world.clock.advance(minutes=5)
    changed = world.ada.close.put(field_path(key), change)
    assert changed["type"] == change.get("type", type_)
    assert changed["converting_to_type"] is None
    after = world.ada.close.get(f"/lead/{made['id']}/")
    assert after.get(key) == expected
    is_changed = made[key] != expected
    assert events(world, made["id"])[1:] == [("lead", "updated")] * is_changed
    assert (after["date_updated"] != made["date_updated"]) == is_changed
    assert world.ada.close.get(f"/lead/{other['id']}/") == other


def test_users_become_names_and_names_become_users(world: World):
    key = field(world, "lead", "user", accepts_multiple_values=True)
    path = f"/lead/{lead(world, **{key: [user(world.bo), user(world.cy)]})['id']}/"
    world.ada.close.put(field_path(key), {"type": "text"})
    assert world.ada.close.get(path)[key] == "Bo Berg, Cy Chen"
    world.ada.close.put(path, {key: "Cy Chen"})
    world.ada.close.put(field_path(key), {"type": "user"})
    assert world.ada.close.get(path)[key] == user(world.cy)


def test_of_several_values_the_first_is_kept(world: World):
    key = field(world, "lead", "choices", accepts_multiple_values=True)
    path = f"/lead/{lead(world, **{key: ['B', 'A']})['id']}/"
    changed = world.ada.close.put(field_path(key), {"accepts_multiple_values": False})
    assert changed["choices"] == ["A", "B"]
    assert world.ada.close.get(path)[key] == "B"


def test_another_type_drops_the_choices(world: World):
    key = field(world, "lead", "choices", accepts_multiple_values=True)
    changed = world.ada.close.put(field_path(key), {"type": "text"})
    assert (changed["choices"], changed["accepts_multiple_values"]) == (None, False)
    answer = world.ada.close.put(field_path(key), {"type": "choices"}, 400)
    assert answer["field-errors"] == {"choices": "This field is required."}


@pytest.mark.parametrize("kind", ["lead", "contact", "opportunity"])
def test_a_deleted_field_takes_its_values_along(world: World, kind: str):
    key, other = field(world, kind, "text"), field(world, kind, "text", name="Other")
    made = world.ada.close.post(f"/{kind}/", {key: "x", other: "y"})
    world.ada.close.delete(field_path(key, kind))
    shown = world.ada.close.get(f"/{kind}/{made['id']}/")
    assert key not in shown
    assert shown[other] == "y"
    assert events(world, made["id"])[-1] == (kind, "updated")
    before, after, lead_id = world.sql(
        "SELECT before -> 'custom', after -> 'custom', lead_id FROM events "
        "WHERE object_id = %s AND action = 'updated'",
        id_of(made["id"]),
    )[0]
    assert (set(before.values()), set(after.values())) == ({"x", "y"}, {"y"})
    assert lead_id == id_of(made.get("lead_id", made["id"]))


def test_many_values_are_removed_by_a_job(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(conform_custom_values, "CHUNK", 3)
    key = field(world, "lead", "text")
    made = [lead(world, **{key: str(number)}) for number in range(8)]
    world.ada.close.delete(field_path(key))
    world.run_jobs()
    assert not any(key in each for each in world.ada.close.get("/lead/")["data"])
    for each in made:
        assert events(world, each["id"]) == [("lead", "created"), ("lead", "updated")]


def test_many_values_are_converted_by_a_job(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(conform_custom_values, "CHUNK", 3)
    key = field(world, "lead", "text")
    made = [lead(world, **{key: str(number)}) for number in range(7)]
    changed = world.ada.close.put(field_path(key), {"type": "number"})
    assert (changed["type"], changed["converting_to_type"]) == ("text", "number")
    answer = world.ada.close.put(field_path(key), {"type": "date"}, 400)
    assert answer["field-errors"] == {"type": "Its values are still being converted."}
    last = f"/lead/{made[6]['id']}/"
    assert world.ada.close.put(last, {key: 60})[key] == 60
    assert "field-errors" in world.ada.close.put(last, {key: "six"}, 400)
    world.run_jobs()
    changed = world.ada.close.get(field_path(key))
    assert (changed["type"], changed["converting_to_type"]) == ("number", None)
    values = [each[key] for each in world.ada.close.get("/lead/")["data"]]
    assert values == [0, 1, 2, 3, 4, 5, 60]


def test_a_value_that_was_written_while_its_field_went_is_removed_later(world: World):
    key = field(world, "lead", "text")
    made = lead(world, **{key: "x"})
    world.ada.close.delete(field_path(key))
    # Whoever had read the field before may have committed after.
    late = f'{{"{id_of(key).hex()}": "late"}}'
    world.sql("UPDATE leads SET custom = %s::jsonb WHERE id = %s", late, id_of(made["id"]))
    assert world.ada.close.get(f"/lead/{made['id']}/")[key] == "late"
    world.clock.advance(minutes=1)
    world.run_jobs()
    assert key not in world.ada.close.get(f"/lead/{made['id']}/")


def test_a_field_that_tether_fills_can_get_another_type(world: World):
    body = {"phoneNumber": "4155550133", "loanAmount": "1200"}
    made = world.bo.tether.post("/contact", body)["contact"]
    (found,) = world.ada.close.get("/custom_field/contact/")["data"]
    world.ada.close.put(f"/custom_field/contact/{found['id']}/", {"type": "number"})
    path = f"/contacts/{made['_id']}"
    assert world.bo.tether.get(path)["data"]["loanAmount"] == 1200
    ann = contact(world, **{f"custom.{found['id']}": 5})
    assert ann[f"custom.{found['id']}"] == 5
