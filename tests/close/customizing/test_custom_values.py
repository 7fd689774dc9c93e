"""Values of custom fields on leads, contacts and opportunities: what each type takes and shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.customizing.making import field
from tests.close.making import UNKNOWN, Json, call, contact, count_events, lead, user, wrong

TAKEN: list[tuple[str, Any, Any]] = [
    ("text", "Ünï", "Ünï"),
    ("textarea", "a\nb", "a\nb"),
    ("hidden", "h", "h"),
    ("number", 0, 0),
    ("number", -1.5, -1.5),
    ("number", "42", 42),
    ("number", " -1.50 ", -1.5),
    ("number", "007", 7),
    ("text", 5, "5"),
    ("text", 2.0, "2"),
    ("text", -1.5, "-1.5"),
    ("textarea", 5, "5"),
    ("hidden", 5, 5),
    ("hidden", [1, "a", [True, None], {"b": 2}], [1, "a", [True, None], {"b": 2}]),
    ("hidden", False, False),
    ("date", "2026-05-17", "2026-05-17"),
    ("date", "2026-05-17T23:30:00-05:00", "2026-05-17"),
    ("datetime", "2026-05-17", "2026-05-17T00:00:00.000000+00:00"),
    ("datetime", "2026-05-17T10:00:00+02:00", "2026-05-17T08:00:00.000000+00:00"),
    ("choices", "A", "A"),
]
REFUSED: list[tuple[str, Any, str]] = [
    ("text", {"a": 1}, "Value must be of str type."),
    ("text", ["a"], "Value must be of str type."),
    ("text", "x" * 20_001, "The value is too long."),
    ("number", "abc", "Value must be of number type."),
    ("number", "1,5", "Value must be of number type."),
    ("number", "1_000", "Value must be of number type."),
    ("number", "1e3", "Value must be of number type."),
    ("number", "٤٢", "Value must be of number type."),
    ("number", "Infinity", "Value must be of number type."),
    ("hidden", {"a": 1}, "Value must be of str type."),
    ("hidden", ["x" * 20_000], "The value is too long."),
    ("number", True, "Value must be of number type."),
    ("number", [5], "Value must be of number type."),
    ("date", "tomorrow", "Invalid ISO 8601 date."),
    ("date", 20260517, "Value must be of str type."),
    ("datetime", "2026-13-01", "Invalid ISO 8601 datetime."),
    ("datetime", "0001-01-01T00:00:00+14:00", "Invalid ISO 8601 datetime."),
    ("choices", "C", "Value must be one of: A, B."),
    ("choices", "a", "Value must be one of: A, B."),
    ("choices", ["A"], "Value must be of str type."),
    ("user", "Nobody", "Object does not exist."),
    ("user", f"user_{UNKNOWN}", "Object does not exist."),
    ("user", 5, "Value must be of str type."),
    ("contact", f"cont_{UNKNOWN}", "Object does not exist."),
    ("custom_object", f"custobj_{UNKNOWN}", "Object does not exist."),
]


def thing(world: World, kind: str, **body: Any) -> tuple[str, Json]:
    """A lead, contact or opportunity, and its path."""
    made = world.ada.close.post(f"/{kind}/", body)
    return f"/{kind}/{made['id']}/", made


@pytest.mark.parametrize("kind", ["lead", "contact", "opportunity"])
def test_each_noun_takes_values_and_shows_only_what_is_there(world: World, kind: str):
    key = field(world, kind, "number")
    other = field(world, kind, "text", name="Other")
    path, made = thing(world, kind, **{key: 5})
    assert made[key] == 5
    assert other not in made
    assert world.ada.close.get(path)[key] == 5
    assert key not in world.ada.close.put(path, {key: None, other: ""})
    assert key not in world.ada.close.get(path)
    assert wrong(world.ada.close.put(path, {key: "x"}, 400)) == {
        key: "Value must be of number type."
    }
    assert list(wrong(world.ada.close.post(f"/{kind}/", {key: "x"}, 400))) == [key]


@pytest.mark.parametrize(("type_", "given", "shown"), TAKEN)
def test_a_value_is_kept_as_its_type_has_it(world: World, type_: str, given: Any, shown: Any):
    key = field(world, "lead", type_)
    made = lead(world, **{key: given})
    assert made[key] == shown
    assert world.ada.close.put(f"/lead/{made['id']}/", {key: given})[key] == shown


@pytest.mark.parametrize(("type_", "value", "text"), REFUSED)
def test_a_value_of_another_type_is_refused(world: World, type_: str, value: Any, text: str):
    key = field(world, "lead", type_)
    made = lead(world)
    before = count_events(world)
    assert wrong(world.ada.close.put(f"/lead/{made['id']}/", {key: value}, 400)) == {key: text}
    assert wrong(world.ada.close.post("/lead/", {key: value}, 400)) == {key: text}
    assert count_events(world) == before


def test_a_user_is_given_by_id_or_exact_name(world: World):
    key = field(world, "lead", "user")
    made = lead(world, **{key: user(world.bo)})
    assert made[key] == user(world.bo)
    path = f"/lead/{made['id']}/"
    assert world.ada.close.put(path, {key: "Cy Chen"})[key] == user(world.cy)
    for name in ("cy chen", "Cy", user(world.eve), "Eve Ekman"):
        assert wrong(world.ada.close.put(path, {key: name}, 400)) == {key: "Object does not exist."}
    assert world.ada.close.get(path)[key] == user(world.cy)


def test_a_contact_is_one_of_the_organization(world: World):
    key = field(world, "lead", "contact")
    ann = contact(world, name="Ann")["id"]
    made = lead(world, **{key: ann})
    assert made[key] == ann
    theirs = world.eve.close.post("/contact/", {"name": "Eve"})["id"]
    for other in (theirs, made["id"], "Ann"):
        answer = world.ada.close.put(f"/lead/{made['id']}/", {key: other}, 400)
        assert wrong(answer) == {key: "Object does not exist."}


def test_several_values_are_a_list_each_once(world: World):
    key = field(world, "lead", "choices", accepts_multiple_values=True, choices=["A", "B", "C"])
    made = lead(world, **{key: ["B", "A", "B"]})
    assert made[key] == ["B", "A"]
    path = f"/lead/{made['id']}/"
    assert world.ada.close.put(path, {key: "C"})[key] == ["C"]
    assert key not in world.ada.close.put(path, {key: []})
    assert wrong(world.ada.close.put(path, {key: ["A", "D"]}, 400)) == {
        key: "Value must be one of: A, B, C."
    }
    assert wrong(world.ada.close.put(path, {key: ["A", 5, None]}, 400)) == {
        key: "Value must be a list of str."
    }


def test_values_are_added_and_removed(world: World):
    key = field(world, "lead", "choices", accepts_multiple_values=True, choices=["A", "B", "C"])
    made = lead(world, **{key: ["A"]})
    path = f"/lead/{made['id']}/"
    assert world.ada.close.put(path, {f"{key}.add": "B"})[key] == ["A", "B"]
    assert world.ada.close.put(path, {f"{key}.add": ["A", "C"]})[key] == ["A", "B", "C"]
    assert world.ada.close.put(path, {f"{key}.remove": ["A", "C"]})[key] == ["B"]
    both = {f"{key}.remove": "B", f"{key}.add": "C"}
    assert world.ada.close.put(path, both)[key] == ["C"]
    assert world.ada.close.put(path, {f"{key}.add": "B", key: ["A"]})[key] == ["A", "B"]
    assert world.ada.close.put(path, {"custom.Field.add": "C"})[key] == ["A", "B", "C"]
    assert key not in world.ada.close.put(path, {f"{key}.remove": ["A", "B", "C"]})
    before = count_events(world)
    world.ada.close.put(path, {f"{key}.remove": "A", f"{key}.add": []})
    assert count_events(world) == before
    assert wrong(world.ada.close.put(path, {f"{key}.add": "D"}, 400)) == {
        f"{key}.add": "Value must be one of: A, B, C."
    }


def test_users_are_added_by_name(world: World):
    key = field(world, "contact", "user", accepts_multiple_values=True)
    made = contact(world, **{key: [user(world.ada)]})
    path = f"/contact/{made['id']}/"
    changed = world.ada.close.put(path, {f"{key}.add": ["Bo Berg", user(world.ada)]})
    assert changed[key] == [user(world.ada), user(world.bo)]
    changed = world.ada.close.put(path, {f"{key}.remove": "Bo Berg"})
    assert changed[key] == [user(world.ada)]


def test_nothing_is_added_to_a_field_with_one_value(world: World):
    key = field(world, "lead", "choices")
    made = lead(world, **{key: "A"})
    for suffix in (".add", ".remove"):
        answer = world.ada.close.put(f"/lead/{made['id']}/", {key + suffix: "A"}, 400)
        assert wrong(answer) == {key + suffix: "The field does not accept multiple values."}
    unknown = f"custom.cf_{UNKNOWN}.add"
    answer = world.ada.close.put(f"/lead/{made['id']}/", {unknown: "A"}, 400)
    words = f'The Custom Field "cf_{UNKNOWN}.add" does not exist.'
    assert wrong(answer) == {unknown: words}


def test_a_field_may_be_named_like_a_suffix(world: World):
    key = field(world, "lead", "text", name="to.add")
    assert lead(world, **{"custom.to.add": "x"})[key] == "x"


def test_the_custom_object_names_fields_by_id_or_name(world: World):
    size, tier = field(world, "lead", "number", name="Size"), field(world, "lead", "choices")
    made = lead(world, custom={"Size": 5, tier.removeprefix("custom."): "A"})
    assert (made[size], made[tier]) == (5, "A")
    answer = world.ada.close.put(
        f"/lead/{made['id']}/", {"custom": {"Size": "x", "Nothing": 1}}, 400
    )
    assert set(wrong(answer)["custom"]["field-errors"]) == {"Size", "Nothing"}


def test_leads_say_the_values_of_fields_by_name_too(world: World):
    industry, owner = field(world, "lead", "text", name="Industry"), field(world, "lead", "user")
    tiers = field(world, "lead", "choices", name="Tiers", accepts_multiple_values=True)
    owner_name = world.ada.close.get(f"/custom_field/lead/{owner.removeprefix('custom.')}/")["name"]
    made = lead(world, name="A", **{industry: "Space", owner: "Cy Chen", tiers: ["A"]})
    values = {"Industry": "Space", owner_name: user(world.cy), "Tiers": ["A"]}
    assert made["custom"] == values
    path = f"/lead/{made['id']}/"
    assert world.ada.close.get(path) == made
    flat = {industry: "Space", owner: user(world.cy), tiers: ["A"]}
    for fields, expected in (
        ("custom", {"custom": values, **flat}),
        (f"id,{industry}", {"id": made["id"], industry: "Space"}),
    ):
        assert world.ada.close.get(path, params={"_fields": fields}) == expected
        listed = world.ada.close.get("/lead/", params={"query": "name:A", "_fields": fields})
        assert listed["data"] == [expected]
    changed = world.ada.close.put(path, {industry: "Ships", tiers: None})
    assert changed["custom"] == {"Industry": "Ships", owner_name: user(world.cy)}
    assert lead(world)["custom"] == {}
    assert "custom" not in contact(world, lead_id=made["id"])


@pytest.mark.parametrize("key", ["by name", "by id"])
def test_of_a_lead_that_is_sent_back_the_value_that_changed_counts(world: World, key: str):
    industry = field(world, "lead", "text", name="Industry")
    made = lead(world, name="A", **{industry: "Space"})
    path = f"/lead/{made['id']}/"
    if key == "by name":
        made["custom"]["Industry"] = "Ships"
    else:
        made[industry] = "Ships"
    for body in (made, dict(reversed(made.items()))):
        world.ada.close.put(path, {industry: "Space"})
        assert world.ada.close.put(path, body)["custom"] == {"Industry": "Ships"}


def test_every_wrong_value_is_named_at_once(world: World):
    size = field(world, "contact", "number", name="Size")
    day = field(world, "contact", "date", name="Day")
    bodies = [{"name": "Ann", size: "x", day: "y"}, {"name": "Ben", size: 5, day: "z"}]
    answer = world.ada.close.post("/lead/", {"contacts": bodies}, 400)
    found = wrong(answer)["contacts"]["errors"]
    assert set(found["0"]["field-errors"]) == {size, day}
    assert set(found["1"]["field-errors"]) == {day}


def test_what_is_there_stays_when_its_choice_is_gone(world: World):
    key = field(world, "lead", "choices", accepts_multiple_values=True)
    made = lead(world, **{key: ["A", "B"]})
    world.ada.close.put(
        f"/custom_field/lead/{key.removeprefix('custom.')}/", {"choices": ["B", "C"]}
    )
    path = f"/lead/{made['id']}/"
    assert world.ada.close.put(path, {key: ["A", "B"], "name": "X"})[key] == ["A", "B"]
    assert world.ada.close.put(path, {f"{key}.add": "C"})[key] == ["A", "B", "C"]
    assert wrong(world.ada.close.put(path, {key: ["A"]}, 400)) == {
        key: "Value must be one of: B, C."
    }
    assert world.ada.close.put(path, {f"{key}.remove": "A"})[key] == ["B", "C"]


def test_a_field_for_some_roles_is_changed_by_nobody_else(world: World):
    key = field(world, "lead", "text", editable_with_roles=["admin"])
    made = lead(world, name="A", **{key: "x"})
    path = f"/lead/{made['id']}/"
    for person in (world.bo, world.dora):
        answer = person.close.put(path, {key: "y"}, 400)
        assert wrong(answer) == {key: "Your role may not change this field."}
        assert wrong(person.close.put(path, {key: None}, 400)) == wrong(answer)
        assert list(wrong(person.close.post("/lead/", {key: "y"}, 400))) == [key]
        assert person.close.put(path, {key: "x", "name": "B"})[key] == "x"
    assert world.ada.close.put(path, {key: "y"})[key] == "y"
    roles = {"editable_with_roles": ["user"]}
    world.ada.close.put(f"/custom_field/lead/{key.removeprefix('custom.')}/", roles)
    assert world.bo.close.put(path, {key: "z"})[key] == "z"
    assert list(wrong(world.ada.close.put(path, {key: "y"}, 400))) == [key]


def test_calls_have_no_custom_fields(world: World):
    key = field(world, "lead", "text")
    made = call(world, lead_id=lead(world)["id"])
    answer = world.ada.close.put(f"/activity/call/{made['id']}/", {key: "x"}, 400)
    assert list(wrong(answer)) == [key]


def test_tether_writes_values_of_every_type_by_name(world: World):
    field(world, "contact", "choices", name="tier", accepts_multiple_values=True)
    day = field(world, "contact", "date", name="day")
    owner = field(world, "contact", "user", name="owner")
    body = {"phoneNumber": "4155550133", "tier": "A", "day": "2026-05-17T10:00:00Z"}
    made = world.bo.tether.post("/contact", {**body, "owner": "Cy Chen"})["contact"]
    assert (made["tier"], made["day"]) == (["A"], "2026-05-17")
    shown = world.ada.close.get(f"/contact/cont_{made['_id']}/")
    assert (shown[day], shown[owner]) == ("2026-05-17", user(world.cy))
    wrong_values = {"tier": "Z", "day": "soon", "owner": "Nobody"}
    answer = world.bo.tether.patch(f"/contacts/{made['_id']}", wrong_values, 400)
    assert all(name in answer["message"] for name in wrong_values)
    changed = world.bo.tether.patch(f"/contacts/{made['_id']}", {"tier": None})["contact"]
    assert "tier" not in changed
