"""What structured searches can ask of custom values."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.making import contact, custom_field, lead
from tests.close.searching.making import (
    EXISTS,
    between,
    day,
    found,
    numbers,
    related,
    term,
    text,
    where,
)


def test_custom_values_of_every_type(world: World):
    keys = {
        kind: custom_field(world, "lead", kind.capitalize(), kind)
        for kind in ("text", "number", "date", "datetime", "choices", "user")
    }
    ada = f"user_{world.ada.user_id.hex()}"
    values = {
        "text": "Blue sky",
        "number": 12.5,
        "date": "2026-05-10",
        "datetime": "2026-05-10T12:00:00Z",
        "choices": ["Choice 1", "Choice 2"],
        "user": ada,
    }
    one = lead(world, **{keys[kind]: value for kind, value in values.items()})["id"]
    none = lead(world)["id"]

    def asked(kind: str, condition: Any) -> bool:
        ids = found(world, where(keys[kind], condition))
        assert ids in ([], [one])
        assert found(world, where(keys[kind], condition, negate=True)) == (
            [none] if ids else [one, none]
        )
        return bool(ids)

    assert all(asked(kind, EXISTS) for kind in keys)
    assert asked("text", text("sky"))
    assert asked("text", text("blue SKY", "exact_value"))
    assert not asked("text", text("sk"))
    assert asked("number", numbers(gte=12.5, lt=13))
    assert not asked("number", numbers(gt=12.5))
    assert asked("date", between(day("2026-05-10"), day("2026-05-10", "end")))
    assert not asked("date", between(day("2026-05-10", "end")))
    noon = {"type": "fixed_utc", "value": "2026-05-10T12:00:00Z"}
    assert asked("datetime", between(noon))
    assert not asked("datetime", between(None, noon))
    assert asked("choices", term("Choice 2", "Choice 3"))
    assert not asked("choices", term("Choice"))
    assert asked("choices", text("choice 1", "exact_value"))
    assert asked("user", {"type": "current_user"})
    assert asked("user", {"type": "reference", "reference_type": "user", "object_ids": [ada]})


def test_custom_values_of_contacts_and_opportunities(world: World):
    shirt = custom_field(world, "contact", "Shirt")
    phase = custom_field(world, "opportunity", "Phase")
    lead_id = lead(world)["id"]
    jo = contact(world, lead_id=lead_id, name="Jo", **{shirt: "XL"})["id"]
    world.ada.close.post("/opportunity/", {"lead_id": lead_id, phase: "Late"}, 200)
    assert found(world, where(shirt, term("XL")), of="contact") == [jo]
    assert found(world, related("lead", "contact", where(shirt, term("XL")))) == [lead_id]
    assert found(world, related("lead", "opportunity", where(phase, text("late")))) == [lead_id]


def test_shared_custom_fields_belong_to_what_is_looked_at(world: World):
    shared = custom_field(world, "shared", "Tier")
    path = f"/custom_field/shared/{shared.removeprefix('custom.')}/association/"
    for kind in ("lead", "contact"):
        world.ada.close.post(path, {"object_type": kind})
    gold = lead(world, **{shared: "Gold"})["id"]
    lead(world, contacts=[{"name": "Jo", shared: "Gold"}])
    assert found(world, where(shared, term("Gold"))) == [gold]
    assert len(found(world, where(shared, term("Gold")), of="contact")) == 1
