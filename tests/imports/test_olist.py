"""The public data of a marketing funnel, imported and counted twice: here, and in the files."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tests.cast import World
from tests.imports.making import (
    Command,
    history,
    rows_of,
)
from tests.outreach import make_configuration

OLIST = Path(
    os.environ.get("LEADLINE_OLIST")
    or Path(__file__).parents[3] / "shared" / "data" / "olist-marketing-funnel"
)


@pytest.fixture
def olist() -> Path:
    """The public data of a marketing funnel: 8,000 leads, 842 closed."""
    if not OLIST.is_dir():
        pytest.skip("the Olist data is not here (LEADLINE_OLIST says where it is)")
    return OLIST


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
