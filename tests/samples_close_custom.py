"""What the Close operations on what is of custom types need: see ``tests/samples_close.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.things import Sample, Things


def _made(things: Things, path: str, body: Any) -> str:
    found: str = things.world.ada.close.post(path, body)["id"]
    return found


def _object(things: Things) -> Any:
    return {
        "custom_object_type_id": things("close.custom_object_type"),
        "lead_id": things("close.lead"),
        "name": things.word(),
        f"custom.{things('close.custom_object_type_custom_field')}": "One",
    }


def _activity(things: Things) -> Any:
    return {
        "custom_activity_type_id": things("close.custom_activity_type"),
        "lead_id": things("close.lead"),
        "pinned": True,
        f"custom.{things('close.activity_custom_field')}": "One",
    }


# By the noun of the operation (``custom_object.get``). Ids as Close spells them.
MAKERS: dict[str, Callable[[Things], str]] = {
    "close.creation": lambda t: t.another("close.lead").replace("lead_", "acti_"),
    "close.custom_activity": lambda t: _made(t, "/activity/custom/", _activity(t)),
    "close.custom_object": lambda t: _made(t, "/custom_object/", _object(t)),
}

SAMPLES: dict[str, Sample] = {
    "close.custom_activity.create": Sample(_activity),
    "close.custom_activity.update": Sample(lambda t: {"status": "draft", "pinned": False}),
    "close.custom_object.create": Sample(_object),
    "close.custom_object.list": Sample(query=lambda t: {"lead_id": t("close.lead")}),
    "close.custom_object.update": Sample(lambda t: {"name": t.word()}),
}
