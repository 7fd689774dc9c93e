"""Lists of opportunities: filters, orders, groups, and what all matches are worth together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, contact, custom_field, lead, statements
from tests.close.making import wrong as problems_of

Json = dict[str, Any]
NOTHING = {
    "count_by_value_period": {"annual": 0, "monthly": 0, "one_time": 0},
    "data": [],
    "expected_value_annual": 0,
    "expected_value_annual_formatted": "$0",
    "expected_value_annualized": 0,
    "expected_value_annualized_formatted": "$0",
    "expected_value_monthly": 0,
    "expected_value_monthly_formatted": "$0",
    "expected_value_one_time": 0,
    "expected_value_one_time_formatted": "$0",
    "has_more": False,
    "total_results": 0,
    "total_value_annual": 0,
    "total_value_annual_formatted": "$0",
    "total_value_annualized": 0,
    "total_value_annualized_formatted": "$0",
    "total_value_monthly": 0,
    "total_value_monthly_formatted": "$0",
    "total_value_one_time": 0,
    "total_value_one_time_formatted": "$0",
}


def deal(world: World, **fields: Any) -> str:
    """The id of a new opportunity of north."""
    made: str = world.ada.close.post("/opportunity/", fields, 200)["id"]
    return made


def page(world: World, **params: Any) -> Json:
    found: Json = world.ada.close.get("/opportunity/", params=params)
    return found


def listed(world: World, **params: Any) -> list[str]:
    return [each["id"] for each in page(world, **params)["data"]]


def groups(world: World, by: str, **params: Any) -> list[Json]:
    found: list[Json] = page(world, _group_by=by, **params)["data"]
    return found


def statuses(world: World) -> dict[str, str]:
    found = world.ada.close.get("/status/opportunity/")["data"]
    return {status["label"]: status["id"] for status in found}


def test_all_matches_are_added_up_whatever_the_page(world: World):
    assert page(world) == NOTHING
    deal(world, value=300_000, confidence=75)
    deal(world, value=50_000, value_period="annual", confidence=75)
    deal(world, value=5_000, value_period="monthly", confidence=50)
    deal(world)
    sums = {
        "count_by_value_period": {"annual": 1, "monthly": 1, "one_time": 2},
        "data": [],
        "expected_value_annual": 37_500,
        "expected_value_annual_formatted": "$375",
        "expected_value_annualized": 292_500,
        "expected_value_annualized_formatted": "$2,925",
        "expected_value_monthly": 2_500,
        "expected_value_monthly_formatted": "$25",
        "expected_value_one_time": 225_000,
        "expected_value_one_time_formatted": "$2,250",
        "has_more": True,
        "total_results": 4,
        "total_value_annual": 50_000,
        "total_value_annual_formatted": "$500",
        "total_value_annualized": 410_000,
        "total_value_annualized_formatted": "$4,100",
        "total_value_monthly": 5_000,
        "total_value_monthly_formatted": "$50",
        "total_value_one_time": 300_000,
        "total_value_one_time_formatted": "$3,000",
    }
    assert page(world, _limit=0) == sums
    second = page(world, _limit=1, _skip=1)
    (shown,) = second.pop("data")
    assert {**second, "data": []} == sums
    assert (shown["value_formatted"], shown["value_period"]) == ("$500", "annual")
    assert page(world, value_period="monthly", _limit=0)["total_value_annualized"] == 60_000
    # What is expected is rounded deal by deal, so that the sum is that of what is shown.
    for _ in range(3):
        deal(world, value=1, confidence=50, note="half a cent")
    halves = page(world, value_period="one_time")
    assert halves["expected_value_one_time"] == sum(
        each["expected_value"] or 0 for each in halves["data"]
    )


def test_sums_beyond_what_a_column_holds_are_exact(world: World):
    for _ in range(2):
        deal(world, value=10**15, value_period="monthly", confidence=100)
    assert page(world)["expected_value_annualized"] == 24 * 10**15
    assert deal(world, value=-150, value_period="monthly") in listed(world)


def test_lists_are_filtered(world: World):
    ids = statuses(world)
    home = lead(world)["id"]
    bo = f"user_{world.bo.user_id.hex()}"
    one = deal(world, lead_id=home, user_id=bo)
    two = deal(world, lead_id=home, status_id=ids["Won"], value_period="annual")
    three = deal(world, status_id=ids["Lost"], value_period="monthly")
    everything = [one, two, three]
    assert listed(world) == listed(world, nonsense="x", lead_id="") == everything
    assert listed(world, lead_id=home) == [one, two]
    assert (
        listed(world, lead_id=f"lead_{UNKNOWN}") == listed(world, lead_id=home, user_id="x") == []
    )
    assert listed(world, user_id=bo) == listed(world, user_id__in=f"{bo},user_{UNKNOWN}") == [one]
    assert listed(world, status_id=ids["Won"]) == [two]
    assert listed(world, status_id__in=f"{ids['Won']},{ids['Lost']}") == [two, three]
    assert listed(world, status_type="active") == [one]
    assert listed(world, status_type__in="won,lost") == [two, three]
    assert listed(world, status_label="won") == listed(world, status="Won") == [two]
    assert listed(world, status_label__in="Won,Lost", status_type="lost") == [three]
    assert listed(world, status_type="won", status_id=ids["Lost"]) == []
    assert listed(world, value_period="annual") == [two]
    assert listed(world, value_period__in="annual,monthly") == [two, three]
    assert listed(world, organization_id=f"orga_{world.ada.org}") == everything
    assert listed(world, organization_id=f"orga_{world.eve.org}") == []
    assert page(world, lead_id=home)["total_results"] == 2
    assert world.eve.close.get("/opportunity/") == NOTHING


def test_a_group_stands_for_its_users(world: World):
    bo, cy = (f"user_{person.user_id.hex()}" for person in (world.bo, world.cy))
    group = world.ada.close.post("/group/", {"name": "Closers"})["id"]
    world.ada.close.post(f"/group/{group}/member/", {"user_id": bo})
    of_bo, of_cy, _ = deal(world, user_id=bo), deal(world, user_id=cy), deal(world)
    assert listed(world, user_id__in=group) == [of_bo]
    assert listed(world, user_id__in=f"{group},{cy}") == [of_bo, of_cy]
    assert listed(world, user_id__in=f"group_{UNKNOWN}") == []


def test_lists_are_filtered_by_days(world: World):
    one = deal(world, date_won="2026-01-01", date_created="2026-02-01T10:00:00Z")
    world.clock.advance(minutes=1)
    two = deal(world, date_won="2026-01-02", date_created="2026-02-02")
    three = deal(world, date_created="2026-02-03T00:00:00+02:00")
    assert listed(world, date_won="2026-01-02") == [two]
    assert listed(world, date_won__gt="2026-01-01") == [two]
    assert listed(world, date_won__gte="2026-01-01", date_won__lt="2026-01-02T09:00:00Z") == [one]
    assert listed(world, date_won__lte="2026-01-01") == [one]
    assert listed(world, date_created="2026-02-02") == [two, three]
    assert listed(world, date_created="2026-02-01T11:00:00+01:00") == [one]
    assert listed(world, date_created__gt="2026-02-02") == [three]
    assert listed(world, date_created__lte="2026-02-02", date_created__gte="2026-02-02") == [
        two,
        three,
    ]
    assert listed(world, date_created__lt="2026-02-02") == [one]
    assert listed(world, date_updated="2026-05-17") == [one, two, three]
    assert listed(world, date_updated__gt="2026-05-17T09:30:00Z") == [two, three]
    assert listed(world, date_updated__lte="2026-05-17T09:30:00Z") == [one]
    wrong = {
        "date_won": "x",
        "date_won__gt": "2026-13-01",
        "date_created": "y",
        "date_updated__lt": "z",
    }
    answer = world.ada.close.get("/opportunity/", 400, params=wrong)
    assert problems_of(answer) == dict.fromkeys(wrong, "Invalid ISO 8601 datetime.")


def test_lists_are_ordered(world: World):
    bo, dora = (f"user_{person.user_id.hex()}" for person in (world.bo, world.dora))
    one = deal(world, value=100, value_period="monthly", confidence=10, user_id=dora)
    world.clock.advance(minutes=1)
    two = deal(world, value=300, confidence=90, date_won="2026-01-01", user_id=bo)
    three = deal(world, date_won="2025-01-01", date_created="2020-01-01")
    orders = {
        "value": [one, two, three],
        "-value": [two, one, three],
        "annualized_value": [two, one, three],
        "-annualized_value": [one, two, three],
        "annualized_expected_value": [one, two, three],
        "-annualized_expected_value": [two, one, three],
        "confidence": [one, three, two],
        "-confidence": [two, three, one],
        "date_won": [three, two, one],
        "-date_won": [two, three, one],
        "date_created": [three, one, two],
        "-date_created": [two, one, three],
        "date_updated": [one, two, three],
        "-date_updated": [two, three, one],
        "-user_name": [one, two, three],
        "id": [one, two, three],
        "value; DROP TABLE": [one, two, three],
    }
    for order, expected in orders.items():
        assert listed(world, _order_by=order) == expected, order
    by_name = page(world, _order_by="user_name")["data"]
    names = [each["user_name"] for each in by_name]
    assert names == sorted(names, key=str.lower)


def test_groups_by_user_are_in_the_order_of_their_names(world: World):
    bo, dora = (f"user_{person.user_id.hex()}" for person in (world.bo, world.dora))
    of_dora = deal(world, user_id=dora, value=100)
    of_bo = [deal(world, user_id=bo, value=value) for value in (200, 300)]
    first, second = groups(world, "user_id")
    assert (first["key"], first["user_id"], first["user_name"]) == (bo, bo, "Bo Berg")
    assert [each["id"] for each in first["objects"]] == of_bo
    assert (first["total_results"], first["total_value_one_time"]) == (2, 500)
    assert first["expected_value_annualized_formatted"] == "$2.50"
    assert [each["id"] for each in second["objects"]] == [of_dora]
    assert [each["user_name"] for each in groups(world, "-user_id")] == ["Dora Diaz", "Bo Berg"]
    # The page is one of objects; a group says how many it has in all.
    cut = page(world, _group_by="user_id", _order_by="-value", _limit=1, _fields="value")
    assert [(each["total_results"], each["objects"]) for each in cut["data"]] == [
        (2, [{"value": 300}])
    ]
    assert (cut["has_more"], cut["total_results"], cut["total_value_one_time"]) == (True, 3, 600)
    last = page(world, _group_by="user_id", _skip=1, _limit=5)
    assert [len(each["objects"]) for each in last["data"]] == [1, 1]
    nobody = deal(world)
    world.ada.close.put(f"/opportunity/{nobody}/", {"user_id": None})
    assert [each["key"] for each in groups(world, "-user_id")] == [dora, bo, None]


@pytest.mark.parametrize(
    ("by", "keys", "parts"),
    [
        (
            "date_won__week",
            ["2020-W53", "2026-W01", None],
            {"weekyear": 2020, "week": 53},
        ),
        ("date_won__month", ["2021-01", "2025-12", "2026-01", None], {"year": 2021, "month": 1}),
        (
            "date_won__quarter",
            ["2021-Q1", "2025-Q4", "2026-Q1", None],
            {"year": 2021, "quarter": 1},
        ),
        ("date_won__year", ["2021", "2025", "2026", None], {"year": 2021}),
    ],
)
def test_groups_by_the_day_they_are_won(world: World, by: str, keys: list[str], parts: Json):
    for day in ("2026-01-01", None, "2021-01-03", "2025-12-31"):
        deal(world, date_won=day, value=100)
    found = groups(world, by)
    assert [each["key"] for each in found] == keys
    assert parts.items() <= found[0].items()
    assert dict.fromkeys(parts).items() <= found[-1].items()
    backwards = groups(world, f"-{by}")
    assert [each["key"] for each in backwards] == [*reversed(keys[:-1]), None]
    assert sum(each["total_value_one_time"] for each in found) == 400
    assert page(world, _group_by=by, date_won__gt="2024-01-01")["total_results"] == 2
    assert page(world, _group_by="nonsense")["data"][0]["value"] == 100


def test_a_list_costs_as_much_for_thirty_as_for_one(world: World, monkeypatch: pytest.MonkeyPatch):
    field = custom_field(world, "opportunity", "Contract")
    people = [f"user_{person.user_id.hex()}" for person in (world.ada, world.bo, world.dora)]

    def fill(count: int) -> None:
        for number in range(count):
            gob = contact(world, name=f"Gob {number}")
            deal(world, contact_id=gob["id"], user_id=people[number % 3], **{field: "x"})
            deal(world, lead_id=lead(world, contacts=[{"name": "Ann"}])["id"])

    with statements(world, monkeypatch) as counts:
        fill(1)
        assert len(listed(world)) == 2
        fill(14)
        assert len(listed(world)) == 30
        assert len(groups(world, "user_id")) == 3
    assert len(set(counts)) == 1, counts
