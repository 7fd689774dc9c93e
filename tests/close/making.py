"""What tests of leads, contacts and calls start from, and what they all ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from leadline.store.unit import Unit
from tests.cast import Person, World

Json = dict[str, Any]
UNKNOWN = "0123456789abcdef01234567"


def lead(world: World, **fields: Any) -> Json:
    """A lead of north, as the API answers it."""
    made: Json = world.ada.close.post("/lead/", fields, 200)
    return made


def contact(world: World, **fields: Any) -> Json:
    made: Json = world.ada.close.post("/contact/", fields, 200)
    return made


def call(world: World, **fields: Any) -> Json:
    made: Json = world.ada.close.post("/activity/call/", fields, 200)
    return made


def wrong(answer: Json) -> Json:
    """The problems that a refusal names, by field."""
    assert set(answer) == {"errors", "field-errors"}
    assert answer["errors"] == []
    found: Json = answer["field-errors"]
    return found


def statuses(world: World) -> dict[str, str]:
    """The ids of north's lead statuses by their labels."""
    return {each["label"]: each["id"] for each in world.ada.close.get("/status/lead/")["data"]}


def id_of(spelled: str) -> bytes:
    return bytes.fromhex(spelled.partition("_")[2])


def events(world: World, spelled_id: str) -> list[tuple[str, str]]:
    """(noun, action) of every event of one object, in order."""
    found = world.sql(
        "SELECT noun, action FROM events WHERE object_id = %s ORDER BY sequence", id_of(spelled_id)
    )
    return [tuple(row) for row in found]


def count_events(world: World) -> int:
    found: int = world.sql(
        "SELECT count(*) FROM events WHERE organization_id = %s", world.ada.organization_id
    )[0][0]
    return found


def custom_field(world: World, noun: str, name: str, kind: str = "text") -> str:
    """A new custom field of north, as the key that its values have in Close."""
    body: Json = {"name": name, "type": kind}
    if kind == "choices":
        body |= {"choices": ["Choice 1", "Choice 2"], "accepts_multiple_values": True}
    return f"custom.{world.ada.close.post(f'/custom_field/{noun}/', body)['id']}"


def opportunity(world: World, lead_id: str, contact_id: str | None = None) -> str:
    """A new opportunity on a lead, in the first status of its pipeline."""

    fields = {"lead_id": lead_id, "contact_id": contact_id}
    made: str = world.ada.close.post("/opportunity/", fields, 200)["id"]
    return made


@contextmanager
def statements(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts the statements of each read within the block."""
    database = world.services.database
    reading = database.reading
    counts: list[int] = []

    @asynccontextmanager
    async def counted(*arguments: Any, **more: Any) -> AsyncIterator[Unit]:
        async with reading(*arguments, **more) as unit:
            yield unit
            counts.append(unit.statement_count)

    with monkeypatch.context() as patch:
        patch.setattr(database, "reading", counted)
        yield counts


def user(person: Person) -> str:
    return f"user_{person.user_id.hex()}"
