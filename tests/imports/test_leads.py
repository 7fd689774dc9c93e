"""``leadline import leads``: leads come in with their dates, once, and every bad row is named."""

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


def test_a_merged_lead_is_known_by_the_id_that_the_source_came_with(
    world: World, run: Command, tmp_path: Path
):
    make_configuration(world.bo)
    file = tmp_path / "leads.csv"
    file.write_text(LEADS)
    run(*lead_arguments(world, file))
    (ann,) = [
        lead for lead in world.ada.close.get("/lead/")["data"] if lead["display_name"] == "Ann"
    ]
    by_hand = world.ada.close.post("/lead/", {"name": "Ann's"}, 200)
    body = {"source": ann["id"], "destination": by_hand["id"]}
    world.ada.close.post("/lead/merge/", body, 200)
    again = run(*lead_arguments(world, file))
    assert (again["created"], again["unchanged"], again["failed"]) == (0, 2, 5)
    deals = tmp_path / "deals.csv"
    deals.write_text("id,won\na1,2026-03-01\n")
    assert run(*deal_arguments(world, deals))["created"] == 1
    assert world.ada.close.get(f"/lead/{by_hand['id']}/")["status_label"] == "Closed Won"


def test_no_row_is_lost_between_two_batches(world: World, run: Command, tmp_path: Path):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    numbers = range(1, 1102)
    file.write_text("id,came_in\n" + "".join(f"x{n},2026-01-05\n" for n in numbers))
    arguments = lead_arguments(world, file)[: lead_arguments(world, file).index("--source")]
    result = run(*arguments)
    assert (result["rows"], result["created"], result["failed"]) == (1101, 1101, 0)
    assert world.ada.close.get("/lead/", params={"_limit": "0"})["total_results"] == 1101
    deals.write_text("id,won\n" + "".join(f"x{n},2026-03-01\n" for n in numbers))
    result = run(*deal_arguments(world, deals))
    assert (result["rows"], result["created"], result["failed"]) == (1101, 1101, 0)
    entries = history(world, groupBy="month")
    assert [(entry["stage"], entry["count"]) for entry in entries] == [
        ("New Lead", 1101),
        ("Closed Won", 1101),
    ]


def test_of_several_configurations_with_one_name_it_must_be_said_whose(
    world: World, run: Command, tmp_path: Path
):
    make_configuration(world.bo)
    of_cy = make_configuration(world.cy, configurationName="facebook lead ad funnel")
    file = tmp_path / "leads.csv"
    file.write_text(LEADS)
    error = run(*lead_arguments(world, file), status=2)["error"]
    for words in (world.bo.email, world.cy.email, "--user"):
        assert words in error
    assert world.ada.close.get("/lead/")["data"] == []
    stranger = run(*lead_arguments(world, file), "--user", world.eve.email, status=2)
    assert "no configuration" in stranger["error"]
    result = run(*lead_arguments(world, file), "--user", world.cy.email.upper())
    assert result["created"] == 2
    cards = world.ada.tether.get("/contacts", params={"ownerFilter": "all"})["data"]["contacts"]
    assert {card["outreachConfigId"] for card in cards} == {of_cy["_id"]}


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
