"""What the Close operations on OAuth apps and scheduling links need (see tests/samples.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.oauth_apps import register, tokens_of
from tests.things import Sample, Things


def _app(things: Things) -> Any:
    return {"name": things.word(), "redirect_uris": ["https://app.example.com/callback"]}


def _made(things: Things, path: str, body: Any) -> str:
    found: str = things.world.ada.close.post(path, body, 201)["id"]
    return found


def _grant(things: Things) -> str:
    ada = things.world.ada
    tokens_of(things.world, register(things.world), ada)
    found: str = ada.close.get("/oauth_grant/")["data"][-1]["id"]
    return found


def _link(things: Things) -> Any:
    return {"name": things.word(), "url": "example.com/schedule", "description": "Any time"}


def _of_app(things: Things) -> Any:
    return {**_link(things), "source_id": things.word(), "duration_in_minutes": 30}


def _map(things: Things) -> Any:
    return {
        "organization_id": things("close.organization"),
        "shared_scheduling_link_id": things("close.shared_scheduling_link"),
        "url": "example.com",
    }


def _unmap(things: Things) -> Any:
    world, body = things.world, _map(things)
    world.ada.close.post("/shared_scheduling_link_association/", body, 201)
    me = world.ada.user_id.hex()
    things.ids.add(me)
    del body["url"]
    return {**body, "user_id": f"user_{me}"}


MAKERS: dict[str, Callable[[Things], str]] = {
    "close.oauth_app": lambda t: _made(t, "/oauth_app/", _app(t)),
    "close.oauth_grant": _grant,
    "close.scheduling_link": lambda t: _made(t, "/scheduling_link/", _link(t)),
    "close.shared_scheduling_link": lambda t: _made(
        t, "/shared_scheduling_link/", {"name": t.word()}
    ),
}

SAMPLES: dict[str, Sample] = {
    "close.oauth_app.create": Sample(_app),
    "close.oauth_app.update": Sample(lambda t: {"name": t.word()}),
    "close.scheduling_link.create": Sample(_link),
    "close.scheduling_link.delete_of_app": Sample(path={"source_id": "close.scheduling_link"}),
    "close.scheduling_link.save_of_app": Sample(_of_app),
    "close.scheduling_link.update": Sample(lambda t: {"name": t.word(), "url": "example.com/x"}),
    "close.shared_scheduling_link.create": Sample(lambda t: {"name": t.word()}),
    "close.shared_scheduling_link.map": Sample(_map),
    "close.shared_scheduling_link.unmap": Sample(_unmap),
    "close.shared_scheduling_link.update": Sample(lambda t: {"description": t.word()}),
}
