"""Playbooks of north, and bodies of templates."""

from __future__ import annotations

from typing import Any

from tests.cast import World

FILE = {
    "content_type": "image/jpeg",
    "filename": "image.jpg",
    "size": 1108447,
    "url": "https://example.com/image.jpg",
}

EMAIL = {
    "attachments": [FILE],
    "body": "test inbound body of an email.",
    "is_shared": False,
    "name": "inbound 1",
    "subject": "test inbound subject",
}

SMS = {
    "is_shared": False,
    "name": "Cold 1",
    "text": "Hey {{ contact.first_name }}, ever considered Close?",
}


def playbook(world: World, name: str = "Discovery Call", **more: Any) -> Any:
    return world.ada.close.post("/playbook/", {"name": name, **more}, 201)
