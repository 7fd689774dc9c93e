"""A letter and its marks may come as one sign or as several: both are the same text."""

from __future__ import annotations

import json
import unicodedata

from tests.cast import World
from tests.outreach import make_configuration, send_lead

NAME = "Zo\u00eb M\u00fcller"
APART = unicodedata.normalize("NFD", NAME)


def test_what_comes_in_decomposed_is_found_composed_and_the_other_way_round(world: World):
    raw = json.dumps({"name": APART}, ensure_ascii=False).encode()
    answer = world.ada.close.send("POST", "/lead/", content=raw)
    assert answer.json()["name"] == NAME
    escaped = json.dumps({"name": APART}).encode()
    answer = world.ada.close.send("POST", "/lead/", content=escaped)
    assert answer.json()["name"] == NAME
    for name in (NAME, APART):
        found = world.ada.close.get("/lead/", params={"query": f'name = "{name}"'})
        assert len(found["data"]) == 2


def test_choices_and_names_of_fields_are_the_same_in_both_spellings(world: World):
    body = {"name": "Ort", "type": "choices", "choices": ["Orle\u0301ans"]}
    field = world.ada.close.post("/custom_field/lead/", body)
    assert field["choices"] == ["Orl\u00e9ans"]
    lead = {"name": "x", f"custom.{field['id']}": "Orl\u00e9ans"}
    world.ada.close.post("/lead/", lead, 200)
    configuration = make_configuration(world.bo)
    for index, name in enumerate(("Gr\u00f6\u00dfe", "Gro\u0308\u00dfe")):
        send_lead(world.bo, configuration, phoneNumber=f"+1415555010{index}", **{name: "L"})
    assert len(world.ada.close.get("/custom_field/contact/")["data"]) == 1
