"""What structured searches can ask of fields, of related objects, and of several of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import call, lead, opportunity, statuses
from tests.close.searching.making import (
    EXISTS,
    ago,
    between,
    day,
    found,
    numbers,
    related,
    term,
    text,
    where,
)
from tests.outreach import make_configuration, send_lead


def test_everything_is_found_when_nothing_is_asked(world: World):
    one, other = lead(world)["id"], lead(world)["id"]
    assert found(world) == [one, other]
    assert found(world, {"type": "match_all"}) == [one, other]
    assert found(world, {"type": "and", "queries": []}) == [one, other]
    assert found(world, {"type": "match_all", "negate": True}) == []
    assert found(world, {"type": "id", "value": other}) == [other]


def test_other_organizations_are_never_found(world: World):
    lead(world, name="Acme")
    world.eve.close.post("/lead/", {"name": "Acme"}, 200)
    mine = {"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}]}
    for who in (world.ada, world.eve):
        assert len(who.close.post("/data/search/", {"query": mine}, 200)["data"]) == 1


@pytest.mark.parametrize(
    ("value", "mode", "fits"),
    [
        ("acme", "full_words", True),
        ("LABS acme", "full_words", True),
        ("acm", "full_words", False),
        ("acme, labs;", "full_words", True),
        ("acm, labs", "full_words", False),
        ("cme", "beginning_of_words", False),
        ("lab ac", "beginning_of_words", True),
        ("acme o'brien", "phrase", True),
        ("o'brien acme", "phrase", False),
        ("brien labs", "phrase", True),
        ("acme labs", "phrase", False),
        ("acme o'brien labs (100%)", "exact_value", True),
        ("acme o'brien labs", "exact_value", False),
        ("100%", "full_words", True),
        ("10_", "full_words", False),
        ("1%0", "beginning_of_words", False),
        (".*", "full_words", False),
        ("(100%)", "full_words", True),
    ],
)
def test_words_are_found_as_the_mode_says(world: World, value: str, mode: str, fits: bool):
    acme = lead(world, name="Acme O'Brien Labs (100%)")["id"]
    assert found(world, where("name", text(value, mode))) == ([acme] if fits else [])


def test_letters_of_every_language_are_letters(world: World):
    berlin = lead(world, name="Café Übermut")["id"]
    assert found(world, where("name", text("CAFÉ"))) == [berlin]
    assert found(world, where("name", text("bermut"))) == []
    assert found(world, where("name", text("über", "beginning_of_words"))) == [berlin]


def test_text_must_be_one_of_several_values(world: World):
    one, other = lead(world, name="One")["id"], lead(world, name="Two")["id"]
    assert found(world, where("name", term("one", "three"))) == [one]
    assert found(world, where("name", term("one"), negate=True)) == [other]
    assert found(world, where("name", term())) == []


def test_what_has_no_value_is_not_what_it_would_have_to_be(world: World):
    without, with_url = lead(world)["id"], lead(world, url="https://example.com")["id"]
    assert found(world, where("url", EXISTS)) == [with_url]
    assert found(world, where("url", EXISTS, negate=True)) == [without]
    assert found(world, where("url", text("other"), negate=True)) == [without, with_url]
    queries = [where("url", text("other")), where("url", text("example"))]
    assert found(world, {"type": "or", "queries": queries, "negate": True}) == [without]
    assert found(world, {"type": "not", "query": where("url", EXISTS)}) == [without]


def test_statuses_are_found_by_id_and_by_label(world: World):
    ids = statuses(world)
    label, status_id = list(ids.items())[1]
    first, second = lead(world)["id"], lead(world, status_id=status_id)["id"]
    by_id = {"type": "reference", "reference_type": "status.lead", "object_ids": [status_id]}
    assert found(world, where("status_id", by_id)) == [second]
    assert found(world, where("status_id", term(status_id))) == [second]
    assert found(world, where("status_label", term(label.upper()))) == [second]
    assert found(world, where("status_label", term(label), negate=True)) == [first]


def test_people_are_found_by_id_by_group_and_as_the_caller(world: World):
    mine = lead(world)["id"]
    other = world.bo.close.post("/lead/", {}, 200)["id"]
    ada, bo = (f"user_{who.user_id.hex()}" for who in (world.ada, world.bo))
    group = world.ada.close.post("/group/", {"name": "Reps"})["id"]
    world.ada.close.post(f"/group/{group}/member/", {"user_id": bo}, 201)

    def by(kind: str, *ids: str) -> list[str]:
        condition = {"type": "reference", "reference_type": kind, "object_ids": list(ids)}
        return found(world, where("created_by", condition))

    assert by("user", ada) == [mine]
    assert by("user_or_group", group) == [other]
    assert by("user_or_group", group, ada) == [mine, other]
    assert found(world, where("created_by", {"type": "current_user"})) == [mine]


def test_days_are_those_of_the_caller(world: World):
    made = {
        hour: lead(world, date_created=f"2026-05-10T{hour}:00:00Z")["id"] for hour in ("03", "23")
    }
    on_the_day = where("date_created", between(day("2026-05-10"), day("2026-05-10", "end")))
    assert found(world, on_the_day) == [made["03"], made["23"]]
    west, east = {"x-tz-offset": "-5"}, {"x-tz-offset": "2"}
    assert found(world, on_the_day, headers=west) == [made["23"]]
    assert found(world, on_the_day, headers=east) == [made["03"]]


@pytest.mark.parametrize(
    ("on_or_after", "before", "hours"),
    [
        (ago(hours=2), None, [1]),
        (ago(hours=2), {"type": "now"}, [1]),
        (None, ago(hours=2), [5, 30, 24 * 40]),
        (ago(days=1, which_day_end="start"), None, [1, 5, 30]),
        (ago(days=1, which_day_end="end"), None, [1, 5]),
        (ago(months=1), None, [1, 5, 30]),
        (ago(years=0, weeks=6), ago(days=1), [30, 24 * 40]),
        (ago("future", minutes=5), None, []),
        ({"type": "start_end_of_period", "period": "day", "which": "start"}, None, [1, 5]),
        ({"type": "start_end_of_period", "period": "week", "which": "start"}, None, [1, 5, 30]),
        (None, {"type": "start_end_of_period", "period": "month", "which": "start"}, [24 * 40]),
        (None, {"type": "start_end_of_period", "period": "quarter", "which": "start"}, []),
        (
            {"type": "start_end_of_period", "period": "month", "which": "start"},
            {"type": "start_end_of_period", "period": "month", "which": "end"},
            [1, 5, 30],
        ),
        ({"type": "fixed_utc", "value": "2026-05-17T08:00:00Z"}, None, [1]),
        (None, None, [1, 5, 30, 24 * 40]),
    ],
)
def test_moments_depend_on_now(world: World, on_or_after: Any, before: Any, hours: list[int]):
    world.clock.advance(hours=-24 * 40)
    made = {}
    for hour, later in ((24 * 40, 24 * 40 - 30), (30, 25), (5, 4), (1, 1)):
        made[lead(world)["id"]] = hour
        world.clock.advance(hours=later)
    assert {
        made[each] for each in found(world, where("date_created", between(on_or_after, before)))
    } == set(hours)


def test_numbers_are_counted_on_the_lead(world: World):
    none, two = lead(world)["id"], lead(world, contacts=[{"name": "A"}, {"name": "B"}])["id"]
    for _ in range(2):
        call(world, lead_id=two, direction="outbound", duration=30)
    opportunity(world, two)
    for name in ("num_contacts", "contacts_count", "num_calls"):
        assert found(world, where(name, numbers(gte=2))) == [two], name
        assert found(world, where(name, numbers(lt=1))) == [none], name
    assert found(world, where("num_active_opportunities", numbers(gt=0, lte=1))) == [two]
    assert found(world, where("num_won_opportunities", term(0))) == [none, two]
    assert found(world, where("last_call_duration", numbers(gte=30, lt=31))) == [two]
    assert found(world, where("last_communication_date", EXISTS)) == [two]
    assert found(world, where("num_emails", numbers(gt=0))) == []


def test_opportunities_and_tasks_of_a_lead(world: World):
    lead_id = lead(world)["id"]
    body = {"lead_id": lead_id, "value": 50000, "note": "Upsell", "date_won": "2026-05-20"}
    deal = world.ada.close.post("/opportunity/", body, 200)
    world.ada.close.post("/task/", {"lead_id": lead_id, "text": "Ring", "date": "2026-05-18"}, 200)
    other = lead(world)["id"]

    def with_deal(*conditions: Any) -> list[str]:
        return found(world, related("lead", "opportunity", *conditions))

    def asked(name: str, condition: Any) -> Any:
        return where(name, condition, of="opportunity")

    assert with_deal(asked("value", numbers(gte=50000)), asked("note", text("upsell"))) == [lead_id]
    assert with_deal(asked("value", numbers(gt=50000))) == []
    assert with_deal(asked("status_type", term("active"))) == [lead_id]
    assert with_deal(asked("date_won", between(day("2026-05-20"), day("2026-05-20", "end")))) == [
        lead_id
    ]
    assert with_deal(asked("date_won", between(day("2026-05-21")))) == []
    assert found(world, related("lead", "opportunity", negate=True)) == [other]
    is_open = where("is_complete", {"type": "boolean", "value": False}, of="task")
    due = where("date", between(day("2026-05-18"), day("2026-05-18", "end")), of="task")
    assert found(world, related("lead", "task.lead", is_open, due)) == [lead_id]
    assert found(world, related("lead", "task.outgoing_call")) == []
    assert found(world, where("next_task_date", EXISTS)) == [lead_id]
    by_lead = related("opportunity", "lead", {"type": "id", "value": lead_id})
    assert found(world, by_lead, of="opportunity") == [deal["id"]]


def test_contacts_are_found_by_how_they_are_reached(world: World):
    reach = {"emails": [{"email": "Jo@Example.com"}], "phones": [{"phone": "+1 415 555 0133"}]}
    acme = lead(world, contacts=[{"name": "Jo Bell", "title": "CEO", **reach}])
    lead(world, contacts=[{"name": "Al"}])
    jo = acme["contacts"][0]["id"]

    def asked(other: str, name: str, condition: Any) -> list[str]:
        inner = related("contact", other, where(name, condition, of=other))
        ids = found(world, inner, of="contact")
        assert found(world, related("lead", "contact", inner)) == [acme["id"] for _ in ids]
        return ids

    assert asked("contact_email", "email", text("jo@example.com", "exact_value")) == [jo]
    assert asked("contact_email", "email", text("JO@EXAMPLE.COM", "exact_value")) == [jo]
    assert asked("contact_email", "email", text("example.com")) == [jo]
    assert asked("contact_email", "email", text("o@example.com")) == []
    assert asked("contact_email", "email", text("jo")) == [jo]
    assert asked("contact_email", "email", text("example", "exact_value")) == []
    assert asked("contact_email", "type", term("office")) == [jo]
    assert asked("contact_email", "type", term("home")) == []
    for typed in ("+14155550133", "(415) 555-0133", "415.555.0133", "5550133"):
        assert asked("contact_phone", "phone", text(typed)) == [jo], typed
    assert asked("contact_phone", "phone", text("(415) 555-0133", "exact_value")) == [jo]
    assert asked("contact_phone", "phone", text("0133", "exact_value")) == []
    assert asked("contact_phone", "phone", text("555 0134")) == []
    assert asked("contact_url", "url", text("example")) == []
    assert found(world, where("title", text("ceo"), of="contact"), of="contact") == [jo]
    assert found(world, where("emails_count", numbers(gte=1), of="contact"), of="contact") == [jo]


def test_an_empty_contact_is_neither_found_nor_counted(world: World):
    bare = lead(world)["id"]
    assert found(world, of="contact") == []
    assert found(world, related("lead", "contact")) == []
    assert found(world, where("num_contacts", numbers(gt=0))) == []
    assert found(world, related("lead", "contact", negate=True)) == [bare]


def test_addresses_are_found_by_their_parts(world: World):
    berlin = lead(world, addresses=[{"city": "Berlin", "country": "DE"}, {"city": "Bonn"}])["id"]
    lead(world, addresses=[{"city": "Paris", "country": "FR"}])

    def at(*conditions: Any) -> list[str]:
        return found(world, related("lead", "address", *conditions))

    city = where("city", text("berlin"), of="address")
    assert at(city, where("country", term("DE"), of="address")) == [berlin]
    assert at(city, where("country", term("FR"), of="address")) == []
    assert at(where("city", text("bonn"), of="address"), city) == []
    assert found(world, where("addresses_count", numbers(gt=1))) == [berlin]


def test_calls_are_found_by_what_they_are(world: World):
    one, other = lead(world)["id"], lead(world)["id"]
    made = call(world, lead_id=one, direction="inbound", duration=90, note="Wants a demo")["id"]
    call(world, lead_id=other, direction="outbound", duration=5)

    def asked(name: str, condition: Any) -> list[str]:
        inner = where(name, condition, of="activity.call")
        ids = found(world, inner, of="call")
        assert ids == found(world, inner, of="activity.call")
        assert len(found(world, related("lead", "activity.call", inner))) == len(ids)
        return ids

    assert asked("direction", term("incoming")) == [made]
    assert asked("direction", term("inbound")) == [made]
    assert asked("duration", numbers(gte=60)) == [made]
    assert asked("note", text("demo")) == [made]
    assert len(asked("date_created", between(ago(hours=1)))) == 2
    assert len(asked("user_id", {"type": "current_user"})) == 2
    long = where("duration", numbers(gt=60), of="call")
    assert found(world, related("lead", "call", long, negate=True)) == [other]


def test_what_is_not_there_yet_has_no_objects(world: World):
    lead_id = lead(world)["id"]
    for other in ("activity.meeting", "activity.whatsapp_message", "activity.email"):
        assert found(world, related("lead", other)) == []
        assert found(world, related("lead", other, negate=True)) == [lead_id]


def test_messages_of_the_intake_are_found(world: World):
    send_lead(world.ada, make_configuration(world.ada, starterMessage="Hello there"))
    (made,) = found(world)
    assert found(world, related("lead", "activity.sms")) == [made]
    said = where("text", text("hello"), of="sms")
    out = where("direction", term("outgoing"), of="sms")
    assert found(world, related("lead", "activity.sms", said, out)) == [made]
    assert found(world, where("num_sms", numbers(gte=1))) == [made]


def test_being_in_a_status_for_some_time(world: World):
    ids = list(statuses(world).values())
    moved, stayed = lead(world)["id"], lead(world)["id"]
    world.clock.advance(days=10)
    world.ada.close.put(f"/lead/{moved}/", {"status_id": ids[1]})
    world.clock.advance(days=10)

    def was_in(status: str, since: int | None, until: int | None) -> list[str]:
        node = {
            "type": "in_status",
            "status_ids": [status],
            "on_or_after": None if since is None else ago(days=since),
            "before": None if until is None else ago(days=until),
        }
        return found(world, node)

    assert was_in(ids[1], None, None) == [moved]
    assert was_in(ids[0], None, None) == [moved, stayed]
    assert was_in(ids[0], 9, None) == [stayed]
    assert was_in(ids[0], 12, 11) == [moved, stayed]
    assert was_in(ids[1], 15, 11) == []
    assert was_in(ids[1], 5, 1) == [moved]
    assert was_in(ids[0], None, 21) == []


def test_an_object_that_leaves_a_status_at_that_moment_is_not_in_it(world: World):
    ids = list(statuses(world).values())
    lead_id = lead(world)["id"]
    world.clock.advance(days=1)
    world.ada.close.put(f"/lead/{lead_id}/", {"status_id": ids[1]})
    world.clock.advance(days=1)

    def was_in(status: str, **bounds: Any) -> list[str]:
        node = {"type": "in_status", "status_ids": [status], "on_or_after": None, "before": None}
        return found(world, {**node, **bounds})

    entered, left = ago(days=2), ago(days=1)  # instants, to the microsecond
    assert was_in(ids[0], on_or_after=entered, before=left) == [lead_id]
    assert was_in(ids[0], on_or_after=left) == []
    assert was_in(ids[0], before=entered) == []
    assert was_in(ids[1], on_or_after=left) == [lead_id]
    assert was_in(ids[1], before=left) == []


def test_an_opportunity_was_in_a_status(world: World):
    won = next(
        each["id"]
        for each in world.ada.close.get("/status/opportunity/")["data"]
        if each["type"] == "won"
    )
    lead_id = lead(world)["id"]
    one, other = opportunity(world, lead_id), opportunity(world, lead_id)
    world.clock.advance(days=1)
    world.ada.close.put(f"/opportunity/{one}/", {"status_id": won})
    node = {"type": "in_status", "status_ids": [won], "on_or_after": ago(hours=1), "before": None}
    assert found(world, node, of="opportunity") == [one]
    assert found(world, {**node, "negate": True}, of="opportunity") == [other]
    assert found(world, related("lead", "opportunity", node)) == [lead_id]


def test_a_change_of_status_is_found(world: World):
    ids = list(statuses(world).values())
    moved = lead(world)["id"]
    lead(world)
    world.ada.close.put(f"/lead/{moved}/", {"status_id": ids[1]})
    change = where("new_status_id", term(ids[1]), of="activity.lead_status_change")
    assert found(world, related("lead", "activity.lead_status_change", change)) == [moved]
    assert found(world, where("last_lead_status_change_date", EXISTS)) == [moved]
