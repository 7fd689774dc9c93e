"""Scheduling links of people of north, and those that north shares."""

from __future__ import annotations

from typing import Any

from tests.cast import World


def link(world: World, by: str = "bo", **more: Any) -> Any:
    body = {"name": "Meet", "url": "example.com/meet", **more}
    return world.people[by].close.post("/scheduling_link/", body, 201)


def shared(world: World, name: str = "Shared Link") -> Any:
    return world.ada.close.post("/shared_scheduling_link/", {"name": name}, 201)
