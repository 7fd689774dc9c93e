"""Phone numbers of north and of its people, for tests of what is done with them."""

from __future__ import annotations

from typing import Any

from tests.cast import Person, World
from tests.close.making import user

PATH = "/phone_number/"
REQUEST = f"{PATH}request/internal/"


def rent(person: Person, **body: Any) -> Any:
    return person.close.post(REQUEST, {"country": "US", **body}, 201)


def group_number(world: World, *participants: Person) -> Any:
    made = rent(world.ada, sharing="group")
    body = {"participants": [user(person) for person in participants]}
    return world.ada.close.put(f"{PATH}{made['id']}/", body)


def membership(person: Person) -> Any:
    return person.close.get("/me/")["memberships"][0]
