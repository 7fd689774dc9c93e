"""A day is the one that is written, whatever the offset of its time."""

from __future__ import annotations

import pytest

from tests.cast import World


@pytest.mark.parametrize(
    "text", ["2026-05-17", "2026-05-17T00:30:00+02:00", "2026-05-17T23:30:00-08:00"]
)
def test_a_day_is_the_one_that_is_written(world: World, text: str):
    field = world.ada.close.post("/custom_field/lead/", {"name": "Since", "type": "date"})["id"]
    lead = world.ada.close.post("/lead/", {"name": "x", f"custom.{field}": text})
    assert lead[f"custom.{field}"] == "2026-05-17"
    status = world.ada.close.get("/status/opportunity/")["data"][0]["id"]
    body = {"lead_id": lead["id"], "status_id": status, "date_won": text}
    assert world.ada.close.post("/opportunity/", body)["date_won"] == "2026-05-17"


@pytest.mark.parametrize("text", ["+1 415 555 0671", "415 555 0671", "+14155550671 ext. 12"])
def test_a_phone_with_an_extension_is_found_without_it(world: World, text: str):
    phones = [{"phone": "+1 415 555 0671 ext. 12", "type": "office"}]
    world.ada.close.post("/lead/", {"contacts": [{"name": "Ann", "phones": phones}]})
    found = world.ada.close.get("/lead/", params={"query": f'phone:"{text}"'})
    assert len(found["data"]) == 1
