"""Playbooks of north."""

from __future__ import annotations

from typing import Any

from tests.cast import World


def playbook(world: World, name: str = "Discovery Call", **more: Any) -> Any:
    return world.ada.close.post("/playbook/", {"name": name, **more}, 201)
