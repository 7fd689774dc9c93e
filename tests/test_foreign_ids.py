"""Ids of another organization in a body are refused or ignored, whatever the operation calls them.

Every operation with a body is sent its sample (``tests/samples.py``) once for each of its id-like
properties, with an id that is good in south; and with fields that nobody may set. Afterwards
nothing of north refers to anything of south, nothing of south has changed, nobody has risen.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from leadline.wire.operation import Operation
from tests.agreement import document, resolve
from tests.asgi import ask, key_of
from tests.bad_input import properties
from tests.cast import World
from tests.samples import MAKERS, every, sample_call, things_of
from tests.things import Things

WITH_BODY = every(lambda operation: operation.body is not None)
# What Tether calls an id is a text there.
ID_LIKE = re.compile(r"(_id|_ids|_by|_to|Id|Ids|By|Process|Stage|Stages)$|^_?id$")
# Where north may name whatever it likes: texts of its own, and what was said, not what is.
FREE = {"events", "idempotency_keys", "sign_ins"}


@dataclass(frozen=True)
class South:
    """Another organization: good ids of it by the prefix of Close ("" for Tether), and its own."""

    ids: dict[str, list[str]]
    everything: set[str]
    organization_id: bytes


_south: list[South] = []


@pytest.fixture
def south(world: World) -> South:
    """Made by the first test here; to all later ones it is somebody else's just as well."""
    if not _south:
        _south.append(make_south(world))
    return _south[0]


def make_south(world: World) -> South:
    people = {**world.people, "ada": world.eve}  # things are made by ada
    things = Things(dataclasses.replace(world, people=people), MAKERS)
    ids: dict[str, list[str]] = {}
    for name in sorted(set(MAKERS) - {"tether.refresh_token"}):
        made = things(name)
        if re.fullmatch(r"(\w+_)?[0-9a-f]{24}", made):
            ids.setdefault(made[:-24], []).append(made)
    assert set(ids) >= {"", "cont_", "lead_", "oppo_", "outcome_", "pipe_", "stat_", "user_"}
    eve = world.eve
    return South(ids, {*things.ids, eve.user_id.hex(), eve.org}, eve.organization_id)


def strangers(south: South) -> Iterator[dict[str, Any]]:
    """Fields that say whose something is and what somebody may: the server says that."""
    user = south.ids["user_"][0]
    for name in ("organization_id", "organizationId", "organization"):
        yield {name: south.organization_id.hex()}
    for name in ("user_id", "created_by", "updated_by"):
        yield {name: user}
    for name in ("userId", "createdBy", "ownerId"):
        yield {name: user.removeprefix("user_")}
    for name in ("role", "accessRole", "role_id"):
        yield {name: "SUPERADMIN"}
    yield {"is_admin": True, "isAdmin": True, "credential": "x", "password_hash": "x"}


def changes(
    dialect: str, operation: Operation, body: dict[str, Any], ids: dict[str, list[str]]
) -> Iterator[dict[str, Any]]:
    """One foreign id each, for every property and every id that may fit."""
    whole = document(dialect)
    shown = whole["paths"][operation.path][operation.method.lower()]
    content = resolve(whole, shown["requestBody"])["content"]["application/json"]
    for name, schema in properties(whole, content["schema"]).items():
        for foreign in fitting(whole, name, schema, ids):
            yield {name: foreign}
        inner = body.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            items = resolve(whole, resolve(whole, schema).get("items", {}))
            for inner_name, inner_schema in properties(whole, items).items():
                for foreign in fitting(whole, inner_name, inner_schema, ids):
                    yield {name: [{**inner[0], inner_name: foreign}]}


def fitting(whole: Any, name: str, schema: Any, ids: dict[str, list[str]]) -> Iterator[Any]:
    """Foreign ids of the kinds that the schema or the name speaks of, as one or as a list."""
    text = str(resolve(whole, schema))
    prefixes = [f"{prefix}_" for prefix in re.findall(r"\^([a-z]+)_\[0-9a-f\]", text)]
    found = [each for prefix in prefixes for each in ids.get(prefix, ids["user_"])]
    if not prefixes and ID_LIKE.search(name):
        found = [each for group in ids.values() for each in group]
    for each in found:
        yield [each] if "array" in text else each


@pytest.mark.parametrize(("dialect", "operation"), WITH_BODY)
def test_no_body_brings_in_what_is_another_organization_s(
    world: World, south: South, dialect: str, operation: Operation
):
    events, people = events_of(world, south), memberships(world)
    things = things_of(world)
    headers = [key_of(world.ada), (b"content-type", b"application/json")]
    first = sample_call(dialect, operation, things).body or {}
    for change in (*changes(dialect, operation, first, south.ids), *strangers(south)):
        call = sample_call(dialect, operation, things)
        body = msgspec.json.encode({**(call.body or {}), **change})
        answer = world.call(ask, world.client.app, operation.method, call.path, headers, body)
        assert answer.status_code < 500, f"{change}: {answer.text}"
        if answer.is_success:  # what it was about may be gone
            things = things_of(world)
    assert leaks(world, south.everything) == []
    assert events_of(world, south) == events
    risen = memberships(world)
    assert {who: risen[who] for who in people} == people
    assert "SUPERADMIN" not in risen.values()


def leaks(world: World, foreign: set[str]) -> list[Any]:
    """Rows of north that name something of south anywhere but in a custom value."""
    tables = [
        name
        for (name,) in world.sql(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name = 'organization_id' ORDER BY 1"
        )
        if name not in FREE
    ]
    assert len(tables) > 15
    looking = " UNION ALL ".join(
        f"SELECT '{table}', row FROM {table} t, lateral (SELECT (to_jsonb(t) - 'custom')::text) "
        "AS rows (row) WHERE organization_id = %s AND row ~ %s"
        for table in tables
    )
    north, ids = world.ada.organization_id, "|".join(sorted(foreign))
    return world.sql(looking, *[north, ids] * len(tables))


def test_a_leak_would_be_seen(world: World):
    lead = world.ada.close.post("/lead/", {"name": "x"})["id"][-24:]
    assert leaks(world, {world.eve.user_id.hex()}) == []
    world.sql(
        "UPDATE leads SET created_by = %s WHERE organization_id = %s AND id = %s",
        world.eve.user_id,
        world.ada.organization_id,
        bytes.fromhex(lead),
    )
    ((table, _),) = leaks(world, {world.eve.user_id.hex()})
    assert table == "leads"


def events_of(world: World, south: South) -> Any:
    return world.sql(
        "SELECT count(*) FROM events WHERE organization_id = %s", south.organization_id
    )


def memberships(world: World) -> dict[bytes, str]:
    """Who is what in north."""
    return dict(
        world.sql(
            "SELECT user_id, role FROM memberships WHERE organization_id = %s",
            world.ada.organization_id,
        )
    )


def test_the_key_in_the_header_is_the_only_one_that_counts(world: World):
    """A key in the body or in the query is nothing but text."""
    name, value = key_of(world.eve)
    key = value.decode().removeprefix("Bearer ")
    body = {"name": "x", name.decode(): value.decode(), "api_key": key}
    assert world.nobody.close.send("POST", "/outcome/", body).status_code == 401
    for query in ({"api_key": key}, {"authorization": f"Bearer {key}"}, {"_token": key}):
        assert world.nobody.close.send("GET", "/me/", params=query).status_code == 401
