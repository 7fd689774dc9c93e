"""``leadline import transitions``: entries into a stage, with the dates that they had."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import World
from tests.imports.making import (
    DEALS,
    LEADS,
    Command,
    deal_arguments,
    history,
    lead_arguments,
    rows_of,
)
from tests.outreach import make_configuration


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


def test_entries_of_the_same_moment_follow_each_other(world: World, run: Command, tmp_path: Path):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    deals.write_text("id,won\na1,2026-03-01\n")
    run(*lead_arguments(world, file))
    for stage in ("Contacted", "Qualified", "Closed Won"):
        result = run(*deal_arguments(world, deals), "--stage", stage)
        assert (result["created"], result["failed"]) == (1, 0)
    changes = world.ada.close.get("/activity/status_change/lead/")["data"]
    steps = {(each["old_status_label"], each["new_status_label"]) for each in changes}
    assert steps == {
        ("New Lead", "Contacted"),
        ("Contacted", "Qualified"),
        ("Qualified", "Closed Won"),
    }
    assert {each["activity_at"] for each in changes} == {"2026-03-01T00:00:00.000000+00:00"}


def test_an_entry_between_two_others_comes_from_the_one_before(
    world: World, run: Command, tmp_path: Path
):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    run(*lead_arguments(world, file))
    for day, stage in ((1, "Contacted"), (9, "Closed Won"), (5, "Qualified")):
        deals.write_text(f"id,won\na1,2026-03-0{day}\n")
        run(*deal_arguments(world, deals), "--stage", stage)
    changes = world.ada.close.get("/activity/status_change/lead/")["data"]
    assert ("Contacted", "Qualified") in {
        (each["old_status_label"], each["new_status_label"]) for each in changes
    }
    (ann,) = [
        lead for lead in world.ada.close.get("/lead/")["data"] if lead["display_name"] == "Ann"
    ]
    assert ann["status_label"] == "Closed Won"


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
