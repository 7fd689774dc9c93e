"""Free text in structured searches: words anywhere in an object and what belongs to it."""

from __future__ import annotations

import string
from typing import Any

import pytest

from leadline.reporting.search.conditions import MAX_RELATED, MAX_TEXTS
from tests.cast import World
from tests.close.making import contact, custom_field, lead
from tests.close.searching.making import body, found, refused, related, text, where


@pytest.mark.parametrize(
    "words",
    [
        "acme",
        "ACME labs",
        "widgets",
        "jo@example.com",
        "example.com",
        "bell",
        "CEO",
        "+14155550133",
        "(415) 555-0133",
        "555-0133",
        "renewal",
        "acme bell renewal example.com",
        "acme, bell",
        "acmelabs.example",
        "violet",
    ],
)
def test_a_lead_is_found_by_every_text_on_it(world: World, words: str):
    colour = custom_field(world, "lead", "Colour")
    acme = _acme(world, colour)
    lead(world, name="Other", contacts=[{"name": "Al"}], **{colour: "Green"})
    assert found(world, text(words)) == [acme]
    assert acme not in found(world, {**text(words), "negate": True})


@pytest.mark.parametrize(
    "words",
    ["acm", "acme other", "o@example", "555 0134", "colour", "type", "value", "office", "a%", "_"],
)
def test_a_lead_is_not_found_by_what_stands_nowhere(world: World, words: str):
    colour = custom_field(world, "lead", "Colour")
    _acme(world, colour)
    lead(world, name="Other")
    assert found(world, text(words)) == []


def _acme(world: World, colour: str) -> str:
    contact: Any = {
        "name": "Jo Bell",
        "title": "CEO",
        "emails": [{"email": "jo@example.com"}],
        "phones": [{"phone": "+14155550133"}],
    }
    made = lead(
        world,
        name="Acme Labs",
        description="Makes widgets, red and blue",
        url="https://acmelabs.example",
        contacts=[contact],
        **{colour: "Dark\nviolet"},
    )["id"]
    world.ada.close.post("/activity/note/", {"lead_id": made, "note": "About the renewal"}, 200)
    return str(made)


def test_the_modes_hold_for_free_text_too(world: World):
    acme = _acme(world, custom_field(world, "lead", "Colour"))
    assert found(world, text("wid renew", "beginning_of_words")) == [acme]
    assert found(world, text("idgets", "beginning_of_words")) == []
    assert found(world, text("widgets red and blue", "phrase")) == [acme]
    assert found(world, text("red widgets", "phrase")) == []
    assert found(world, text("labs makes", "phrase")) == []
    assert found(world, text("dark violet", "phrase")) == [acme]
    assert found(world, text("acme labs", "exact_value")) == [acme]
    assert found(world, text("jo bell", "exact_value")) == [acme]
    assert found(world, text("dark\nviolet", "exact_value")) == [acme]
    assert found(world, text("acme", "exact_value")) == []


def test_a_contact_is_found_by_its_own_texts(world: World):
    acme = _acme(world, custom_field(world, "lead", "Colour"))
    (jo,) = found(world, of="contact")
    for words in ("bell", "jo@example.com", "415 555 0133", "bell CEO"):
        assert found(world, text(words), of="contact") == [jo]
    for words in ("acme", "renewal"):
        assert found(world, text(words), of="contact") == []
    assert found(world, text("acme")) == [acme]


def test_other_objects_are_found_by_their_texts(world: World):
    acme = _acme(world, custom_field(world, "lead", "Colour"))
    body = {"lead_id": acme, "note": "Upsell of seats"}
    deal = world.ada.close.post("/opportunity/", body, 200)["id"]
    assert found(world, text("seats upsell"), of="opportunity") == [deal]
    assert found(world, text("seats acme"), of="opportunity") == []
    assert len(found(world, text("renewal"), of="note")) == 1
    assert found(world, text("upsell"), of="call") == []


@pytest.mark.parametrize("mode", ["full_words", "phrase", "beginning_of_words", "exact_value"])
def test_every_sign_stands_for_itself(world: World, mode: str):
    signs = string.punctuation.replace(",", "").replace(";", "")
    made = {sign: lead(world, name=f"a{sign}{sign}b")["id"] for sign in signs}
    plain = lead(world, name="aab")["id"]
    for sign, lead_id in made.items():
        for words in (f"a{sign}{sign}b", f"A{sign}{sign}B"):
            assert found(world, text(words, mode)) == [lead_id], sign
            assert found(world, where("name", text(words, mode))) == [lead_id], sign
    assert found(world, text("aab", mode)) == [plain]


def test_a_search_looks_for_at_most_ten_texts(world: World):
    acme = lead(world, name="Acme")["id"]
    assert found(world, *[text("acme")] * MAX_TEXTS) == [acme]
    answer = refused(world, body(*[text("acme")] * (MAX_TEXTS + 1)))
    assert f"at most {MAX_TEXTS} texts" in str(answer)
    # Also where they stand inside something else.
    inner = {"type": "and", "queries": [text("acme")] * MAX_TEXTS}
    refused(world, body(inner, {**text("acme"), "negate": True}))


def test_a_search_asks_for_at_most_thirty_related_objects(world: World):
    acme = contact(world, name="Jo")["lead_id"]
    assert found(world, *[related("lead", "contact")] * MAX_RELATED) == [acme]
    answer = refused(world, body(*[related("lead", "contact")] * (MAX_RELATED + 1)))
    assert f"at most {MAX_RELATED} conditions on related objects" in str(answer)
