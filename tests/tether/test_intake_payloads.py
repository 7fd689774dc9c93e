"""What sources of leads send: every value is kept, refused by its name, or named in warnings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.outreach import make_configuration
from tests.tether.contacts import add, wrong


class Source:
    """Somewhere that leads come from, with a configuration of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.configuration_id = make_configuration(world.bo)["_id"]

    def send(self, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        body = {"configurationId": self.configuration_id, **body}
        return dict(self.world.bo.tether.post("/webhook/outreach", body, status))


@pytest.fixture
def source(world: World) -> Source:
    return Source(world)


def card(world: World, answer: dict[str, Any]) -> dict[str, Any]:
    return dict(world.bo.tether.get(f"/contacts/{answer['data']['contactId']}")["data"])


def number_field(world: World, noun: str, name: str) -> None:
    world.ada.close.post(f"/custom_field/{noun}/", {"name": name, "type": "number"})


def test_texts_that_say_a_number_are_numbers_in_fields_of_numbers(world: World, source: Source):
    number_field(world, "contact", "budget")
    number_field(world, "opportunity", "amount")
    for index, (text, value) in enumerate(
        [("1200", 1200), ("1,200.50", 1200.5), (" -3 ", -3), ("1,000,000", 1000000), (".5", 0.5)]
    ):
        phone = f"+1415555010{index}"
        answer = source.send(
            {"phoneNumber": phone, "budget": text, "applications": {"amount": text}}
        )
        assert card(world, answer)["budget"] == value
    found = world.ada.close.get("/contact/", params={"query": "custom.budget > 1100"})
    assert len(found["data"]) == 3
    values = world.sql(
        "SELECT custom FROM opportunities WHERE organization_id = %s ORDER BY id",
        world.ada.organization_id,
    )
    assert [next(iter(custom.values())) for (custom,) in values] == [1200, 1200.5, -3, 1000000, 0.5]
    contact_id = add(world.bo)["_id"]
    changed = world.bo.tether.patch(f"/contacts/{contact_id}", {"budget": "1500"})
    assert changed["contact"]["budget"] == 1500


@pytest.mark.parametrize(
    "value", ["abc", "1,5", "1.200,50", "$50", "1_000", "1e3", "nan", ".", True, [1]]
)
def test_what_is_no_number_is_refused_by_the_name_of_the_field(
    world: World, source: Source, value: Any
):
    number_field(world, "contact", "budget")
    answer = source.send({"phoneNumber": "+14155550101", "budget": value}, 400)
    assert "budget" in str(answer)
    assert "number" in str(answer)
    contact_id = add(world.bo)["_id"]
    assert wrong(world.bo.tether.patch(f"/contacts/{contact_id}", {"budget": value}, 400)) == {
        "budget"
    }


def test_all_phones_and_addresses_are_kept(world: World, source: Source):
    answer = source.send(
        {
            "phoneNumber": "+14155550101",
            "phone": "+14155550102",
            "email": "a@example.com",
            "contacts": {"phone_number": "+14155550103", "email": "b@example.com"},
            "customData": {"phone": "+14155550101"},
        }
    )
    assert answer["warnings"] == []
    shown = card(world, answer)
    assert [each["value"] for each in shown["phoneNumber"]] == [
        "+14155550101",
        "+14155550103",
        "+14155550102",
    ]
    (contact,) = world.ada.close.get("/contact/")["data"]
    assert [each["email"] for each in contact["emails"]] == ["b@example.com", "a@example.com"]


def test_what_is_left_out_is_named(world: World, source: Source):
    answer = source.send(
        {
            "phoneNumber": "N/A",
            "phone": " - ",
            "email": "a@example.com",
            "name": "Ada King",
            "fullName": "Ada Lovelace",
            "first_name": "Ada",
            "contacts": {"firstName": "Ada", "size": "M"},
            "size": "L",
            "colour": "red",
            "customData": {"colour": "blue", "id": "ext-5", "shape": "round"},
            "status": "Hot",
            "assignees": ["x"],
        }
    )
    assert answer["warnings"] == [
        "fullName was not kept: name says something else.",
        "phoneNumber was not kept: it is no phone number.",
        "phone was not kept: it is no phone number.",
        "customData.id was not kept: the name is that of the contact's id.",
        "size was not kept: contacts.size says something else.",
        "colour was not kept: customData.colour says something else.",
        "status was not kept: contacts have a field of this name themselves.",
        "assignees was not kept: contacts have a field of this name themselves.",
    ]
    shown = card(world, answer)
    assert (shown["size"], shown["colour"], shown["shape"]) == ("M", "blue", "round")
    assert (shown["status"], shown["phoneNumber"]) == ("New Lead", [])
    fields = world.ada.close.get("/custom_field/contact/")["data"]
    assert {field["name"] for field in fields} == {"size", "colour", "shape"}


@pytest.mark.parametrize("value", ['{"a": "b"}', [{"name": "a", "value": "b"}], 5])
def test_custom_data_of_another_shape_is_refused(world: World, source: Source, value: Any):
    answer = source.send({"phoneNumber": "+14155550101", "customData": value}, 400)
    assert "customData" in str(answer)


def test_a_lead_with_nothing_but_non_values_is_refused(world: World, source: Source):
    answer = source.send({"phoneNumber": "none", "phone": "N/A"}, 400)
    assert "phoneNumber or email is required" in str(answer)
