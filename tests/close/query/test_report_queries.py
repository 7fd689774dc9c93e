"""The search texts that reports of Close hand out: what has been, and when."""

from __future__ import annotations

from tests.cast import World
from tests.close.making import id_of, lead
from tests.close.query.making import BLUTH, found, three_leads, which


def _emails(world: World, contact_id: bytes, *directions: str) -> None:
    """One conversation, with a message in each of these directions, a second apart."""
    of = world.ada.organization_id
    conversation_id = bytes(12)
    world.sql(
        "INSERT INTO conversations (organization_id, id, contact_id, channel, is_autopilot, "
        "custom, created_at, updated_at) VALUES (%s, %s, %s, 'email', false, '{}', %s, %s)",
        of,
        conversation_id,
        contact_id,
        world.clock.now(),
        world.clock.now(),
    )
    for number, direction in enumerate(directions):
        world.sql(
            "INSERT INTO messages (organization_id, id, conversation_id, direction, channel, body, "
            "status, created_at, updated_at) SELECT %s, %s, %s, %s, 'email', 'Hi', 'sent', at, at "
            "FROM (SELECT %s + make_interval(secs => %s) AS at) AS moment",
            of,
            bytes([*bytes(11), number]),
            conversation_id,
            direction,
            world.clock.now(),
            number,
        )


def test_calls_are_found_by_how_they_ended_and_when_which_kind_took_place(world: World):
    three_leads(world)
    reported = (
        'call(direction: "outbound" and outgoing_call_date >= "2026-05-01T00:00:00.000+0000" '
        'and outgoing_call_date < "2026-06-01T00:00:00.000+0000" and user in ("me", "bo berg"))'
    )
    for query, letters in {
        reported: "A",
        "call(outgoing_call_date:*)": "A",
        "call(incoming_call_date:2026-05-16)": "B",
        "call(incoming_call_date:2026-05-10)": "",
        "call(disposition:answered)": "AB",
        "call(disposition:busy)": "",
    }.items():
        assert which(world, query) == letters, query


def test_emails_are_found_by_when_they_were_sent_and_whether_they_were_answered(world: World):
    made = lead(world, contacts=[{"name": "Jane", "emails": [{"email": "jane@example.com"}]}])
    _emails(world, id_of(made["contact_ids"][0]), "outbound", "inbound", "outbound")
    for query, count in {
        "email(direction:sent)": 1,
        'email(direction: "outgoing" and sent >= "2026-05-17T09:30:02.000+0000" '
        'and status: "sent")': 1,
        'email(sent >= "2026-05-17T09:30:03.000+0000")': 0,
        "email(direction:sent has_reply:yes)": 1,
        'email(sent >= "2026-05-17 09:30:02" has_reply:yes)': 0,
        "email(direction:received has_reply:yes)": 0,
        "email(direction:sent opened:yes)": 0,
        'email(direction:sent template:"Promo Email")': 0,
        "emails:3 times_communicated:3": 1,
    }.items():
        assert found(world, query)["total_results"] == count, query


def test_leads_and_opportunities_are_found_by_the_status_that_they_had(world: World):
    made = three_leads(world)
    bluth, house = made.leads[BLUTH], made.opportunities["house"]
    world.clock.advance(days=2)
    world.ada.close.put(f"/lead/{bluth}/", {"status": "Contacted"})
    stages = world.ada.close.get("/status/opportunity/")["data"]
    (lost,) = (each["id"] for each in stages if each["label"] == "Lost")
    (active, *_) = (each["label"] for each in stages if each["type"] == "active")
    world.ada.close.put(f"/opportunity/{house}/", {"status_id": lost})
    for query, letters in {
        'lead_status(status:"Qualified" on:"2026-05-18 06:59:59")': "B",
        "lead_status(status:qualified on:2026-05-18)": "B",
        "lead_status(on:2026-05-19 status:Qualified)": "B",  # until half past nine
        'lead_status(status:"Qualified" on:"2026-05-19 09:30:00")': "",
        'lead_status(status:"Contacted" on:"2026-05-19 09:30:00")': "B",
        "lead_status(status:Qualified)": "B",
        "lead_status(status:Qualified on:2026-05-16)": "",
        'lead_status(status in ("Qualified", "Contacted") on:2026-05-20)': "B",
        "not lead_status(status:Qualified on:2026-05-18)": "AG",
        'original_lead_status:"New Lead"': "AG",
        "original_lead_status:Contacted": "B",
        "original_lead_status:Qualified": "",
        'opportunity(status(status:Won on:"2026-05-18 06:59:59"))': "B",
        "opportunity(not status(status:Won on:2026-05-18) status(status:Lost on:2026-05-20))": "",
        "opportunity(status(status:Won on:2026-05-18) status(status:Lost on:2026-05-20))": "B",
        f'opportunity(status(status:"{active}" on:"2026-05-18 06:59:59"))': "A",
        f'opportunity(original_status:"{active}" created >= 2026-05-17)': "AB",
        "opportunity(original_status:Lost)": "",
    }.items():
        assert which(world, query) == letters, query


def test_the_status_clause_takes_one_status_and_one_date(world: World):
    for query in (
        "lead_status(on:2026-05-18)",
        "lead_status(status:Nothing on:2026-05-18)",
        "lead_status(status:Qualified on:soon)",
        "lead_status(status:Qualified or status:Contacted)",
        "lead_status(status:Qualified user:me)",
        "lead_status()",
    ):
        assert "The query cannot be read at" in found(world, query, status=400)["error"], query
