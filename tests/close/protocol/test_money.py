"""Amounts of money as people read them, in the currency of the organization."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import lead, wrong


@pytest.mark.parametrize(
    ("currency", "value", "formatted"),
    [
        ("USD", 130050, "$1,300.50"),
        ("USD", 0, "$0"),
        ("EUR", 50000, "€500"),
        ("JPY", 5000, "¥5,000"),
        ("BRL", 50000, "R$500"),
        ("ILS", 50000, "₪500"),
        ("KWD", 123456, "KWD 123.456"),
        ("CLP", 5000, "CLP 5,000"),
        ("CHF", 130050, "CHF 1,300.50"),
    ],
)
def test_an_amount_has_the_sign_and_the_decimals_of_its_currency(
    world: World, currency: str, value: int, formatted: str
):
    path = f"/organization/orga_{world.ada.org}/"
    assert world.ada.close.put(path, {"currency": currency})["currency"] == currency
    body = {"lead_id": lead(world)["id"], "value": value}
    assert world.ada.close.post("/opportunity/", body)["value_formatted"] == formatted
    assert world.ada.close.get("/opportunity/")["total_value_one_time_formatted"] == formatted


@pytest.mark.parametrize("currency", ["ZZZ", "usd", "EURO", "", "€"])
def test_what_is_no_currency_is_refused(world: World, currency: str):
    answer = world.ada.close.put(
        f"/organization/orga_{world.ada.org}/", {"currency": currency}, 400
    )
    assert list(wrong(answer)) == ["currency"]
