"""The creation of leads as an activity, through the Close API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadline.features.lead_sources.tables import LEAD_SOURCES
from leadline.features.pipelines.queries import stage_book
from leadline.flows.import_leads import LeadImport, LeadRow
from leadline.kernel.scope import Scope
from leadline.store import rows
from tests.cast import World
from tests.close.activities.making import note
from tests.close.making import UNKNOWN, Json, events, id_of, lead
from tests.outreach import make_configuration, send_lead


def creations(world: World, **params: Any) -> list[Json]:
    found: list[Json] = world.ada.close.get("/activity/created/", params=params)["data"]
    return found


def test_every_lead_has_the_activity_of_its_creation(world: World):
    bo = f"user_{world.bo.user_id.hex()}"
    made = lead(world, name="Bluth", created_by=bo, date_created="2024-01-02T03:04:05.678Z")
    (shown,) = creations(world)
    moment = "2024-01-02T03:04:05.678000+00:00"
    assert shown == {
        "_type": "Created",
        "activity_at": moment,
        "contact_id": None,
        "created_by": bo,
        "created_by_name": "Bo Berg",
        "date_created": moment,
        "date_updated": moment,
        "id": shown["id"],
        "import_id": None,
        "lead_id": made["id"],
        "organization_id": made["organization_id"],
        "source": "api",
        "updated_by": bo,
        "updated_by_name": "Bo Berg",
        "user_id": bo,
        "user_name": "Bo Berg",
        "users": [],
    }
    where = f"/activity/created/{shown['id']}/"
    assert world.bo.close.get(where) == shown
    assert world.bo.close.get(where, params={"_fields": "source"}) == {"source": "api"}
    # It stays as it is, whatever becomes of the lead.
    world.clock.advance(minutes=5)
    world.ada.close.put(f"/lead/{made['id']}/", {"name": "Sitwell", "status": "Qualified"})
    assert creations(world) == [shown]
    assert events(world, made["id"])[0] == ("lead", "created")
    world.ada.close.delete(f"/lead/{made['id']}/")
    world.ada.close.get(where, 404)
    assert creations(world) == []


def test_creations_are_listed_newest_first_and_filtered(world: World):
    old = lead(world, date_created="2024-01-01T00:00:00Z")["id"]
    mine = lead(world)["id"]
    world.clock.advance(minutes=1)
    theirs = world.bo.close.post("/lead/", {})["id"]

    def shown(**params: Any) -> list[str]:
        return [each["lead_id"] for each in creations(world, **params)]

    assert shown() == [theirs, mine, old]
    assert shown(_limit=1, _skip=1) == [mine]
    assert shown(lead_id=f"{old},{theirs}") == [theirs, old]
    assert shown(user_id=f"user_{world.bo.user_id.hex()}") == [theirs]
    assert shown(date_created__lt="2025-01-01") == [old]
    assert shown(activity_at__gte="2025-01-01", date_created__lte="2026-05-17T09:30:00Z") == [mine]
    assert shown(id__in=creations(world, lead_id=old)[0]["id"]) == [old]
    assert shown(_type="Created") == [theirs, mine, old]
    assert shown(_type="Note") == []
    assert shown(contact_id=f"cont_{UNKNOWN}") == []
    assert world.eve.close.get("/activity/created/")["data"] == []


def test_the_id_is_that_of_an_activity_and_of_no_other(world: World):
    made = lead(world)
    (shown,) = creations(world)
    assert shown["id"].startswith("acti_")
    for other in (made["id"], note(world)["id"], f"acti_{UNKNOWN}"):
        world.ada.close.get(f"/activity/created/{other}/", 404)
    world.ada.close.get(f"/activity/note/{shown['id']}/", 404)
    world.ada.close.get(f"/lead/{shown['id']}/", 404)
    world.eve.close.get(f"/activity/created/{shown['id']}/", 404)


def test_leads_of_the_intake_and_of_imports_say_where_they_come_from(world: World):
    configuration = make_configuration(world.ada)
    send_lead(world.ada, configuration)
    assert [each["source"] for each in creations(world)] == ["api"]
    ada = world.ada

    async def bring_in() -> None:
        scope = Scope(ada.organization_id, ada.user_id, ada.role, b"test")
        async with world.services.database.writing(scope) as unit:
            source = (await rows.select(unit, LEAD_SOURCES))[0]
            brought = LeadImport(source, await stage_book(unit, "lead"))
            row = LeadRow(line=1, external_id="x1", created_at="2024-01-01", name="Ann")
            await brought.add(unit, [row])

    world.call(bring_in)
    newest, oldest = creations(world)
    assert (newest["source"], oldest["source"]) == ("api", "import")
    assert datetime.fromisoformat(oldest["date_created"]).year == 2024
    assert oldest["import_id"] is None


def test_of_two_leads_that_became_one_the_destination_tells_when_it_was_created(world: World):
    source, destination = lead(world)["id"], lead(world)["id"]
    kept = creations(world, lead_id=destination)
    world.ada.close.post("/lead/merge/", {"source": source, "destination": destination})
    assert creations(world) == kept
    assert id_of(kept[0]["id"]) == id_of(destination)
