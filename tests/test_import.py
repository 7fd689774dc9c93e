"""``leadline import``: a history comes in with its dates, once, and every bad row is named."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cast import World
from tests.outreach import make_configuration

Command = Callable[..., dict[str, Any]]

OLIST = Path(
    os.environ.get("LEADLINE_OLIST")
    or Path(__file__).parents[2] / "shared" / "data" / "olist-marketing-funnel"
)


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Command:
    """Runs ``leadline import ... --json`` as a process of its own; returns what it printed."""

    def command(*arguments: str, status: int = 0) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "leadline", "import", *arguments, "--json"],
            env={**os.environ, "LEADLINE_DATABASE_URL": database_url},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    return command


LEADS = """\
id,came_in,origin,first,mail,tel,size
a1,2026-01-05,web,Ann,ann@example.com,(415) 555-0101,L
a2,2026-01-06 10:30:00,,Ben,,,
a3,2026-02-31,web,Cat,,,
a4,2026-02-01T08:00:00+02:00,web,Dan,no address,12,
,2026-02-01,web,Eve,,,
a2,2026-02-02,web,Flo,,,
a5,2026-02-03,web,Gus,,+14155550101,
"""
DEALS = """\
id,won,amount
a1,2026-03-01 12:00:00,99.50
a2,2025-12-01,10
a9,2026-03-01,1
a1,someday,1
a1,2026-03-02,lots
"""


def lead_arguments(world: World, file: Path) -> list[str]:
    return [
        *("leads", str(file), "--organization", world.ada.org),
        *("--configuration", "facebook lead ad FUNNEL", "--external-id", "id"),
        *("--created-at", "came_in", "--source", "origin", "--first-name", "first"),
        *("--email", "mail", "--phone", "tel", "--custom", "size"),
    ]


def deal_arguments(world: World, file: Path) -> list[str]:
    return [
        *("transitions", str(file), "--organization", world.ada.org),
        *("--external-id", "id", "--stage", "closed won", "--at", "won"),
    ]


def history(world: World, **params: str) -> list[dict[str, Any]]:
    window = {"from": "2000-01-01", "to": "2030-01-01", "filterUserId": "all", **params}
    answer = world.ada.tether.get("/outreach-metrics/history", params=window)
    return list(answer["data"])


def test_leads_come_in_with_their_dates_and_bad_rows_are_named(
    world: World, run: Command, tmp_path: Path
):
    make_configuration(world.bo)
    file = tmp_path / "leads.csv"
    file.write_text(LEADS)
    result = run(*lead_arguments(world, file))
    assert result == {
        "rows": 7,
        "created": 2,
        "unchanged": 0,
        "failed": 5,
        "warnings": 0,
        "report": str(tmp_path / "leads.report.csv"),
    }
    report = rows_of(tmp_path / "leads.report.csv")
    assert [(row["line"], row["external_id"]) for row in report] == [
        ("4", "a3"),
        ("5", "a4"),
        ("6", ""),
        ("7", "a2"),
        ("8", "a5"),
    ]
    assert "'2026-02-31' is no date" in report[0]["reason"]
    assert "no address" in report[1]["reason"]
    assert "'12'" in report[1]["reason"]
    assert "line 3 has the same external id" in report[3]["reason"]
    assert "belongs to the lead of line 2" in report[4]["reason"]
    assert history(world) == [
        {"period": "2026-01-05", "stage": "New Lead", "source": "web", "count": 1},
        {"period": "2026-01-06", "stage": "New Lead", "source": "Facebook Lead Ad", "count": 1},
    ]
    leads = world.ada.close.get("/lead/")["data"]
    ann = next(lead for lead in leads if lead["display_name"] == "Ann")
    assert ann["date_created"] == "2026-01-05T00:00:00.000000+00:00"
    assert ann["contacts"][0]["phones"][0]["phone"] == "+14155550101"


TYPED = """\
id,came_in,mail,revenue,since,plan,likes,rep,note
a1,2026-01-05,a1@example.com,1200.50,2026-02-03,Gold,Tea; Cake,Bo Berg,=1
a2,2026-01-05,a2@example.com,,,,,,
a3,2026-01-05,no address,much,soon,Tin,Tea;Beer,Nobody,ok
a4,2026-01-05,a4@example.com,nan,2026-02-30,gold,,Bo Berg,ok
"""


def test_values_are_checked_as_those_of_any_contact_are(world: World, run: Command, tmp_path: Path):
    make_configuration(world.bo)
    fields = {}
    for body in (
        {"name": "revenue", "type": "number"},
        {"name": "since", "type": "date"},
        {"name": "plan", "type": "choices", "choices": ["Gold", "Silver"]},
        {
            "name": "likes",
            "type": "choices",
            "choices": ["Tea", "Cake"],
            "accepts_multiple_values": True,
        },
        {"name": "rep", "type": "user"},
    ):
        made = world.ada.close.post("/custom_field/contact/", body)
        fields[body["name"]] = f"custom.{made['id']}"
    file = tmp_path / "leads.csv"
    file.write_text(TYPED)
    arguments = [
        *("leads", str(file), "--organization", world.ada.org),
        *("--configuration", "Facebook Lead Ad Funnel", "--external-id", "id"),
        *("--created-at", "came_in", "--email", "mail", "--custom", "note"),
        *(part for name in fields for part in ("--custom", name)),
    ]
    result = run(*arguments)
    assert (result["created"], result["failed"]) == (2, 2)
    contacts = world.ada.close.get("/contact/")["data"]
    first, second = (
        {key: value for key, value in each.items() if key.startswith("custom.")}
        for each in contacts
    )
    note = world.ada.close.get("/custom_field/contact/")["data"][-1]
    assert (note["name"], note["type"]) == ("note", "text")
    assert first == {
        fields["revenue"]: 1200.5,
        fields["since"]: "2026-02-03",
        fields["plan"]: "Gold",
        fields["likes"]: ["Tea", "Cake"],
        fields["rep"]: f"user_{world.bo.user_id.hex()}",
        f"custom.{note['id']}": "=1",
    }
    assert second == {}
    third, fourth = rows_of(tmp_path / "leads.report.csv")
    assert (third["line"], third["level"], third["external_id"]) == ("4", "error", "a3")
    assert third["reason"].split("; ") == [
        "'no address': Invalid email address.",
        "revenue 'much': Value must be of number type.",
        "since 'soon': Invalid ISO 8601 date.",
        "plan 'Tin': Value must be one of: Gold, Silver.",
        "likes 'Tea;Beer': Value must be one of: Tea, Cake.",
        "rep 'Nobody': Object does not exist.",
    ]
    # What has come in is left alone, whatever its field has become since.
    plan = fields["plan"].removeprefix("custom.")
    world.ada.close.put(f"/custom_field/contact/{plan}/", {"choices": ["Silver"]})
    again = run(*arguments)
    assert (again["created"], again["unchanged"], again["failed"]) == (0, 2, 2)
    assert [said.split()[0] for said in fourth["reason"].split("; ")] == [
        "revenue",
        "since",
        "plan",
    ]


def test_running_again_changes_nothing(world: World, run: Command, tmp_path: Path):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    deals.write_text(DEALS)
    run(*lead_arguments(world, file))
    run(*deal_arguments(world, deals))
    before = (history(world), world.sql("SELECT count(*) FROM events"))
    again = run(*lead_arguments(world, file))
    assert (again["created"], again["unchanged"], again["failed"]) == (0, 2, 5)
    again = run(*deal_arguments(world, deals))
    assert (again["created"], again["unchanged"], again["failed"]) == (0, 3, 2)
    assert (history(world), world.sql("SELECT count(*) FROM events")) == before


def test_transitions_come_in_with_their_dates(world: World, run: Command, tmp_path: Path):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    deals.write_text(DEALS.replace("lots", ""))
    run(*lead_arguments(world, file))
    result = run(*deal_arguments(world, deals))
    assert (result["created"], result["failed"], result["warnings"]) == (3, 2, 1)
    report = rows_of(tmp_path / "deals.report.csv")
    reasons = {(row["line"], row["level"]): row["reason"] for row in report}
    assert "no lead" in reasons["4", "error"]
    assert "'someday'" in reasons["5", "error"]
    assert "before it came in" in reasons["3", "warning"]
    won = history(world, groupBy="month", source="web")
    assert won[-1] == {"period": "2026-03", "stage": "Closed Won", "source": "web", "count": 2}
    labels = {
        lead["display_name"]: lead["status_label"] for lead in world.ada.close.get("/lead/")["data"]
    }
    assert labels == {"Ann": "Closed Won", "Ben": "Closed Won"}


def test_gross_profit_is_written_to_the_configured_property(
    world: World, run: Command, tmp_path: Path
):
    make_configuration(world.bo, costPerLead=10)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    deals.write_text(DEALS)
    run(*lead_arguments(world, file))
    arguments = [*deal_arguments(world, deals), "--gross-profit", "amount"]
    assert "gross profit property" in run(*arguments, status=2)["error"]
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(where, {"entityType": "Contact", "propertyKey": "profit"})
    result = run(*arguments)
    assert (result["created"], result["failed"]) == (2, 3)
    totals = world.bo.tether.get("/outreach-metrics")["data"]["totals"]
    assert totals["grossProfit"] == 109.5
    assert totals["roi"] == pytest.approx(89.5 / 20)


def test_gross_profit_is_not_written_where_no_amount_belongs(
    world: World, run: Command, tmp_path: Path
):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    deals.write_text("id,won,amount\na1,2026-03-01,99.50\na2,2026-03-01,\n")
    run(*lead_arguments(world, file))
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(where, {"entityType": "Contact", "propertyKey": "since"})
    world.ada.close.post("/custom_field/contact/", {"name": "since", "type": "date"})
    result = run(*deal_arguments(world, deals), "--gross-profit", "amount")
    assert (result["created"], result["failed"]) == (1, 1)
    (refused,) = rows_of(tmp_path / "deals.report.csv")
    assert refused["reason"] == "'99.50': Value must be of str type."


def test_naive_times_are_in_the_organizations_zone(world: World, run: Command, tmp_path: Path):
    world.sql(
        "UPDATE organizations SET time_zone = 'America/New_York' WHERE id = %s",
        world.ada.organization_id,
    )
    make_configuration(world.bo)
    file = tmp_path / "leads.csv"
    file.write_text("id;came_in;origin;first;mail;tel;size\nx;2026-01-05;;Zoe;;;\n")
    assert run(*lead_arguments(world, file))["created"] == 1
    (lead,) = world.ada.close.get("/lead/")["data"]
    assert lead["date_created"] == "2026-01-05T05:00:00.000000+00:00"
    assert history(world)[0]["period"] == "2026-01-05"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("--configuration", "Facebok Lead Ad Funnel"), "Facebook Lead Ad Funnel"),
        (("--external-id", "ids"), "Did you mean 'id'?"),
        (("--organization", "0" * 24), "There is no organization"),
    ],
)
def test_mistakes_get_one_plain_sentence(
    world: World, run: Command, tmp_path: Path, change: tuple[str, str], text: str
):
    make_configuration(world.bo)
    file = tmp_path / "leads.csv"
    file.write_text(LEADS)
    assert text in run(*lead_arguments(world, file), *change, status=2)["error"]


@pytest.fixture
def olist() -> Path:
    """The public data of a marketing funnel: 8,000 leads, 842 closed."""
    if not OLIST.is_dir():
        pytest.skip("the Olist data is not here (LEADLINE_OLIST says where it is)")
    return OLIST


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_olist_counts_equal_the_files_own(world: World, run: Command, olist: Path):
    """History by month and source, closed, conversion and ROI, counted twice and compared."""
    cost, unassigned = 7.5, "Unassigned"
    make_configuration(world.bo, configurationName="Olist", source=unassigned, costPerLead=cost)
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(where, {"entityType": "Contact", "propertyKey": "revenue"})
    lead_file = olist / "olist_marketing_qualified_leads_dataset.csv"
    deal_file = olist / "olist_closed_deals_dataset.csv"
    imported = run(
        *("leads", str(lead_file), "--organization", world.ada.org),
        *("--configuration", "Olist", "--external-id", "mql_id"),
        *("--created-at", "first_contact_date", "--source", "origin"),
    )
    assert (imported["created"], imported["failed"]) == (8000, 0)
    closed = run(
        *("transitions", str(deal_file), "--organization", world.ada.org),
        *("--external-id", "mql_id", "--stage", "Closed Won", "--at", "won_date"),
        *("--gross-profit", "declared_monthly_revenue"),
    )
    assert (closed["created"], closed["failed"], closed["warnings"]) == (842, 0, 1)

    leads, deals = rows_of(lead_file), rows_of(deal_file)
    source_of = {row["mql_id"]: row["origin"] or unassigned for row in leads}
    month = "%Y-%m"
    expected = Counter(
        (
            datetime.fromisoformat(row["first_contact_date"]).strftime(month),
            "New Lead",
            source_of[row["mql_id"]],
        )
        for row in leads
    )
    expected += Counter(
        (
            datetime.fromisoformat(row["won_date"]).strftime(month),
            "Closed Won",
            source_of[row["mql_id"]],
        )
        for row in deals
    )
    found = {
        (entry["period"], entry["stage"], entry["source"]): entry["count"]
        for entry in history(world, groupBy="month")
    }
    assert found == dict(expected)

    lead_count = Counter(source_of.values())
    closed_count = Counter(source_of[row["mql_id"]] for row in deals)
    revenue: Counter[str] = Counter()
    for row in deals:
        revenue[source_of[row["mql_id"]]] += float(row["declared_monthly_revenue"] or 0)  # type: ignore[assignment]
    data = world.bo.tether.get("/outreach-metrics")["data"]
    assert {row["source"] for row in data["bySource"]} == set(lead_count)
    for row in data["bySource"]:
        count, spent = lead_count[row["source"]], lead_count[row["source"]] * cost
        assert row["leads"] == count
        assert row["closed"] == closed_count[row["source"]]
        assert row["conversion"] == pytest.approx(row["closed"] / count)
        assert row["cost"] == pytest.approx(spent)
        assert row["grossProfit"] == pytest.approx(revenue[row["source"]])
        assert row["roi"] == pytest.approx((revenue[row["source"]] - spent) / spent)
    assert (data["totals"]["leads"], data["totals"]["closed"]) == (8000, 842)
