"""The seed "Get historical stage distribution for outreach contacts", and the summary."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.flows.change_time_zone import change_time_zone
from leadline.kernel.scope import Scope
from tests.cast import World
from tests.outreach import make_configuration, send_lead

MAY = {"from": "2026-05-01T00:00:00Z", "to": "2026-05-31T23:59:59Z"}


def history(world: World, **params: str) -> list[dict[str, Any]]:
    answer = world.bo.tether.get("/outreach-metrics/history", params={**MAY, **params})
    assert answer["success"] is True
    return list(answer["data"])


def move(world: World, contact_id: str, stage: str) -> None:
    world.bo.tether.patch(f"/contacts/{contact_id}", {"status": stage})


def entry(period: str, stage: str, source: str, count: int) -> dict[str, Any]:
    return {"period": period, "stage": stage, "source": source, "count": count}


def test_transitions_are_counted_by_period_stage_and_source(world: World):
    facebook = make_configuration(world.bo)
    zillow = make_configuration(world.bo, configurationName="Zillow", source="Zillow")
    first = send_lead(world.bo, facebook, phoneNumber="+14155550101")
    send_lead(world.bo, facebook, phoneNumber="+14155550102")
    send_lead(world.bo, zillow, phoneNumber="+14155550103")
    world.clock.advance(days=1)
    move(world, first["contactId"], "Contacted")
    move(world, first["contactId"], "Closed Won")
    move(world, first["contactId"], "Closed Won")
    assert history(world) == [
        entry("2026-05-17", "New Lead", "Facebook Lead Ad", 2),
        entry("2026-05-17", "New Lead", "Zillow", 1),
        entry("2026-05-18", "Contacted", "Facebook Lead Ad", 1),
        entry("2026-05-18", "Closed Won", "Facebook Lead Ad", 1),
    ]
    # Weeks are ISO weeks: the 17th is a Sunday.
    assert [e["period"] for e in history(world, groupBy="week")] == [
        "2026-20",
        "2026-20",
        "2026-21",
        "2026-21",
    ]
    assert history(world, groupBy="month") == [
        entry("2026-05", "New Lead", "Facebook Lead Ad", 2),
        entry("2026-05", "New Lead", "Zillow", 1),
        entry("2026-05", "Contacted", "Facebook Lead Ad", 1),
        entry("2026-05", "Closed Won", "Facebook Lead Ad", 1),
    ]
    assert history(world, source="zILLOW") == [entry("2026-05-17", "New Lead", "Zillow", 1)]
    assert history(world, source="Zill") == []


def test_a_lead_that_enters_a_stage_twice_counts_twice(world: World):
    contact_id = send_lead(world.bo, make_configuration(world.bo))["contactId"]
    for stage in ("Contacted", "New Lead", "Contacted"):
        move(world, contact_id, stage)
    counts = {e["stage"]: e["count"] for e in history(world)}
    assert counts == {"New Lead": 2, "Contacted": 2}


def test_both_bounds_are_inclusive_to_the_microsecond(world: World):
    send_lead(world.bo, make_configuration(world.bo))
    at = "2026-05-17T09:30:00Z"
    assert len(history(world, **{"from": at, "to": at})) == 1
    assert history(world, **{"from": "2026-05-17T09:30:00.000001Z"}) == []
    assert history(world, to="2026-05-17T09:29:59.999999Z") == []
    assert len(history(world, **{"from": "2026-05-17T11:30:00+02:00", "to": at})) == 1


def test_a_day_as_the_upper_bound_means_the_whole_day(world: World):
    send_lead(world.bo, make_configuration(world.bo))
    assert len(history(world, **{"from": "2026-05-17", "to": "2026-05-17"})) == 1
    assert history(world, **{"from": "2026-05-16", "to": "2026-05-16"}) == []


@pytest.mark.parametrize("params", [{}, {"from": "2026-05-01"}, {"to": "2026-05-01", "from": ""}])
def test_from_and_to_are_required(world: World, params: dict[str, str]):
    answer = world.bo.tether.get("/outreach-metrics/history", 400, params=params)
    assert answer == {"success": False, "message": "'from' and 'to' query params are required"}


@pytest.mark.parametrize(
    "params", [{"from": "yesterday"}, {"to": "9999-99-99"}, {"groupBy": "year"}]
)
def test_bad_parameters_are_named(world: World, params: dict[str, str]):
    answer = world.bo.tether.get("/outreach-metrics/history", 400, params={**MAY, **params})
    assert f"'{next(iter(params))}'" in answer["message"]


def test_everybody_sees_their_own_configurations(world: World):
    send_lead(world.bo, make_configuration(world.bo))
    assert len(history(world)) == 1
    for person in (world.cy, world.ada, world.eve):
        assert person.tether.get("/outreach-metrics/history", params=MAY)["data"] == []


@pytest.mark.parametrize("wanted", ["all", "own"])
def test_filtering_by_user_needs_admin_access(world: World, wanted: str):
    user = world.bo.user_id.hex() if wanted == "own" else wanted
    for person in (world.bo, world.dora):
        answer = person.tether.get(
            "/outreach-metrics/history", 403, params={**MAY, "filterUserId": user}
        )
        assert answer == {
            "success": False,
            "message": "Admin access required to filter by user",
        }


def test_admins_filter_by_the_owner_at_that_moment(world: World):
    data = send_lead(world.bo, make_configuration(world.bo))
    cy = world.cy.user_id.hex()
    world.ada.tether.patch(f"/contacts/{data['contactId']}", {"userId": cy})
    move(world, data["contactId"], "Contacted")

    def stages(user: str) -> list[str]:
        params = {**MAY, "filterUserId": user}
        answer = world.ada.tether.get("/outreach-metrics/history", params=params)
        return [e["stage"] for e in answer["data"]]

    assert stages("all") == ["New Lead", "Contacted"]
    assert stages(world.bo.user_id.hex()) == ["New Lead"]
    assert stages(cy) == ["Contacted"]
    for stranger in (world.eve.user_id.hex(), "0" * 24, "nonsense"):
        params = {**MAY, "filterUserId": stranger}
        world.ada.tether.get("/outreach-metrics/history", 404, params=params)


def test_transitions_outlive_their_lead_and_their_configuration(world: World):
    configuration = make_configuration(world.bo)
    data = send_lead(world.bo, configuration)
    send_lead(world.bo, configuration, phoneNumber="+14155550102")
    world.ada.tether.delete(f"/contacts/{data['contactId']}")
    world.bo.tether.delete(f"/lead-management/{configuration['_id']}")
    assert history(world) == [entry("2026-05-17", "New Lead", "Facebook Lead Ad", 2)]


def test_leads_without_a_configuration_are_not_outreach(world: World):
    world.ada.close.post("/lead/", {"name": "Bluth Company"})
    params = {**MAY, "filterUserId": "all"}
    assert world.ada.tether.get("/outreach-metrics/history", params=params)["data"] == []


def test_a_status_changed_by_a_close_script_is_a_transition(world: World):
    send_lead(world.bo, make_configuration(world.bo))
    (lead,) = world.bo.close.get("/lead/")["data"]
    world.bo.close.put(f"/lead/{lead['id']}/", {"status": "Qualified"})
    assert [e["stage"] for e in history(world)] == ["New Lead", "Qualified"]


def test_periods_follow_the_organizations_time_zone(world: World):
    world.clock.instant = world.clock.instant.replace(hour=23, minute=30)
    send_lead(world.bo, make_configuration(world.bo))
    assert history(world)[0]["period"] == "2026-05-17"
    set_time_zone(world, "Asia/Tokyo")
    assert history(world)[0]["period"] == "2026-05-18"


def set_time_zone(world: World, zone: str) -> None:
    async def run() -> None:
        scope = Scope.system(world.bo.organization_id)
        async with world.services.database.writing(scope) as unit:
            await change_time_zone(unit, zone)

    world.call(run)


def summary(world: World, **params: str) -> dict[str, Any]:
    answer = world.bo.tether.get("/outreach-metrics", params=params)
    assert answer["success"] is True
    return dict(answer["data"])


def test_the_summary_gives_conversion_cost_gross_profit_and_roi(world: World):
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(where, {"entityType": "Contact", "propertyKey": "profit"})
    facebook = make_configuration(world.bo, costPerLead=10)
    zillow = make_configuration(
        world.bo, configurationName="Zillow", source="Zillow", costPerLead=0
    )
    won = send_lead(world.bo, facebook, phoneNumber="+14155550101", profit=100)
    send_lead(world.bo, facebook, phoneNumber="+14155550102", profit="2.5")
    send_lead(world.bo, facebook, phoneNumber="+14155550103")
    lost = send_lead(world.bo, zillow, phoneNumber="+14155550104")
    move(world, won["contactId"], "Closed Won")
    move(world, lost["contactId"], "Closed Lost")
    found = summary(world)
    assert found["basis"] == "cohort"
    assert found["currency"] == "USD"
    assert found["bySource"] == [
        {
            "source": "Facebook Lead Ad",
            "leads": 3,
            "contacted": 1,
            "closed": 1,
            "conversion": pytest.approx(1 / 3),
            "cost": 30,
            "grossProfit": 102.5,
            "roi": pytest.approx(72.5 / 30),
        },
        {
            "source": "Zillow",
            "leads": 1,
            "contacted": 1,
            "closed": 0,
            "conversion": 0,
            "cost": 0,
            "grossProfit": 0,
            "roi": None,
        },
    ]
    assert found["totals"]["leads"] == 4
    assert found["totals"]["closed"] == 1
    named = [(c["configurationName"], c["leads"]) for c in found["byConfiguration"]]
    assert named == [("Facebook Lead Ad Funnel", 3), ("Zillow", 1)]
    (user,) = found["byUser"]
    assert (user["userId"], user["userName"]) == (world.bo.user_id.hex(), "Bo Berg")


def test_the_gross_profit_counts_texts_that_say_a_number(world: World):
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(where, {"entityType": "Contact", "propertyKey": "profit"})
    configuration = make_configuration(world.bo)
    for index, profit in enumerate(("1,000.50", "100", " +25 ", "$50", "1,5")):
        send_lead(world.bo, configuration, phoneNumber=f"+1415555010{index}", profit=profit)
    (field,) = world.ada.close.get("/custom_field/contact/")["data"]
    assert field["type"] == "text"
    assert summary(world)["totals"]["grossProfit"] == 1125.5


def test_a_message_counts_as_contact_when_it_is_sent(world: World):
    configuration = make_configuration(world.bo, starterMessage="Hello {{firstName}}")
    send_lead(world.bo, configuration)
    assert summary(world)["totals"]["contacted"] == 0
    assert world.run_jobs() == 1
    assert summary(world)["totals"]["contacted"] == 1


@pytest.mark.parametrize("status", ["queued", "failed"])
@pytest.mark.parametrize("basis", ["cohort", "activity"])
def test_a_message_that_was_not_sent_is_no_contact(world: World, status: str, basis: str):
    send_lead(world.bo, make_configuration(world.bo, starterMessage="Hello"))
    world.run_jobs()
    assert summary(world, basis=basis)["totals"]["contacted"] == 1
    change = "UPDATE messages SET status = %s WHERE organization_id = %s"
    world.sql(change, status, world.bo.organization_id)
    assert summary(world, basis=basis)["totals"]["contacted"] == 0


def test_an_answer_of_the_lead_is_no_contact(world: World):
    send_lead(world.bo, make_configuration(world.bo, starterMessage="Hello"))
    world.run_jobs()
    change = "UPDATE messages SET direction = 'inbound' WHERE organization_id = %s"
    world.sql(change, world.bo.organization_id)
    assert summary(world)["totals"]["contacted"] == 0


@pytest.mark.parametrize("basis", ["cohort", "activity"])
def test_both_ends_of_a_window_belong_to_it(world: World, basis: str):
    data = send_lead(world.bo, make_configuration(world.bo, costPerLead=10))
    move(world, data["contactId"], "Closed Won")
    at = "2026-05-17T09:30:00Z"

    def figures(start: str, end: str) -> tuple[Any, ...]:
        totals = summary(world, **{"from": start, "to": end, "basis": basis})["totals"]
        return tuple(totals[name] for name in ("leads", "contacted", "closed", "cost"))

    assert figures(at, at) == (1, 1, 1, 10)
    assert figures("2026-05-17T09:30:00.000001Z", "2026-05-18") == (0, 0, 0, 0)
    assert figures("2026-05-16", "2026-05-17T09:29:59.999999Z") == (0, 0, 0, 0)


def test_the_gross_profit_may_be_a_shared_field(world: World):
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    world.ada.tether.put(where, {"entityType": "Contact", "propertyKey": "profit"})
    body = {"name": "profit", "type": "number"}
    field_id = world.ada.close.post("/custom_field/shared/", body)["id"]
    associations = f"/custom_field/shared/{field_id}/association/"
    configuration = make_configuration(world.bo)
    for object_type in ("lead", "contact"):
        world.ada.close.post(associations, {"object_type": object_type}, 201)
    won = send_lead(world.bo, configuration, phoneNumber="+14155550101", profit=100)
    assert summary(world)["totals"]["grossProfit"] == 100
    move(world, won["contactId"], "Closed Won")
    assert summary(world, basis="activity")["totals"]["grossProfit"] == 100
    world.ada.close.delete(f"{associations}contact/", status=204)
    assert summary(world)["totals"]["grossProfit"] == 0


def test_a_cohort_keeps_what_became_of_it_and_activity_what_happened(world: World):
    configuration = make_configuration(world.bo, costPerLead=10)
    data = send_lead(world.bo, configuration)
    world.clock.advance(days=30)
    move(world, data["contactId"], "Closed Won")
    june = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-30T23:59:59Z"}

    def figures(**params: str) -> tuple[Any, ...]:
        totals = summary(world, **params)["totals"]
        names = ("leads", "contacted", "closed", "cost", "conversion")
        return tuple(totals[name] for name in names)

    assert figures(**MAY) == (1, 1, 1, 10, 1)
    assert figures(**june) == (0, 0, 0, 0, None)
    assert figures(**MAY, basis="activity") == (1, 0, 0, 10, 0)
    assert figures(**june, basis="activity") == (0, 1, 1, 0, None)
    assert summary(world)["from"] is None
    answer = world.bo.tether.get("/outreach-metrics", 400, params={"basis": "both"})
    assert "'basis'" in answer["message"]


def test_renaming_a_close_stage_keeps_what_was_closed_closed(world: World):
    data = send_lead(world.bo, make_configuration(world.bo))
    move(world, data["contactId"], "Closed Won")
    statuses = world.ada.close.get("/status/lead/")["data"]
    won = next(status["id"] for status in statuses if status["label"] == "Closed Won")
    world.ada.close.put(f"/status/lead/{won}/", {"label": "Funded"})
    close_stages = world.ada.tether.get(f"/organizations/{world.ada.org}/outreach-close-stages")
    assert close_stages["data"] == ["Funded"]
    assert [e["stage"] for e in history(world)] == ["New Lead", "Closed Won"]
    assert summary(world)["totals"]["closed"] == 1


def test_the_summary_of_nothing_is_empty(world: World):
    found = summary(world)
    assert (found["bySource"], found["byConfiguration"], found["byUser"]) == ([], [], [])
    assert found["totals"] == {
        "leads": 0,
        "contacted": 0,
        "closed": 0,
        "conversion": None,
        "cost": 0,
        "grossProfit": 0,
        "roi": None,
    }
    world.bo.tether.get("/outreach-metrics", 403, params={"filterUserId": "all"})
