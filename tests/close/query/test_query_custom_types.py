"""Search texts about custom activities, custom objects, shared fields and fields of every type."""

from __future__ import annotations

from closeio_api import API

from tests.cast import World
from tests.close.activities.making import activity, activity_field
from tests.close.customizing.making import (
    activity_type,
    custom_object,
    object_field,
    object_type,
    reference,
    share,
    shared,
)
from tests.close.making import UNKNOWN, contact, custom_field, lead
from tests.close.query.making import found, names, refused, three_leads


def count(world: World, query: str) -> int:
    total: int = found(world, query)["total_results"]
    return total


def test_custom_activities(world: World):
    demo, visit = activity_type(world, name="Demo"), activity_type(world, name="Visit")
    text = activity_field(world, demo, "text", name="Summary")
    other = activity_field(world, visit, "text", name="Summary")
    activity(world, demo, **{text: "Went well", "activity_at": "2026-05-01T10:00:00Z"})
    activity(world, visit, **{other: "Went badly"})
    for query, total in {
        "has:custom_activities": 2,
        "custom_activity(summary:went)": 2,  # of either type
        "custom_activity(custom.Summary:badly)": 1,
        f"custom_activity({text}:went)": 1,
        f"custom_activity({text}:badly)": 0,
        f"custom_activity(type:{demo})": 1,
        f"custom_activity(custom_activity_type_id in ({demo}, {visit}))": 2,
        "custom_activity(date:2026-05-01 status:published)": 1,
        "custom_activity(status:draft)": 0,
        "custom_activity(no:Summary)": 0,
    }.items():
        assert count(world, query) == total, query


def test_custom_objects_and_what_refers_to_them(world: World):
    account = object_type(world)
    size = object_field(world, account, "number", name="Seats")
    made = custom_object(world, account, name="Main account", **{size: 40})
    key = reference(world, "lead", account, name="Account")
    lead(world, name="Refers", **{key: made["id"]})
    for query, total in {
        "has:custom_objects": 1,
        "custom_object(name:main seats > 30)": 1,
        "custom_object(seats > 40)": 0,
        f"custom_object(type:{account})": 1,
        f"Account:{made['id']}": 1,
        f"{key}:{made['id']}": 1,
        f"Account:custobj_{UNKNOWN}": 0,
        "has:Account": 1,
    }.items():
        assert count(world, query) == total, query
    assert "not an id that begins with custobj_" in refused(world, 'Account:"Main account"')


def test_shared_fields_are_those_of_whatever_has_them(world: World):
    field = shared(world, "Region")
    key = f"custom.{field['id']}"
    share(world, field, "lead")
    share(world, field, "contact")
    lead(world, name="North", **{key: "North"})
    contact(world, name="Sue", **{key: "South"})
    assert names(world, "region:north") == ["North"]
    assert count(world, "contact(region:south)") == 1
    assert count(world, f"{key}:south") == 0
    # A field of one's own comes before a shared one of that name.
    custom_field(world, "lead", "Region2")
    assert count(world, "region2:*") == 0


def test_a_lead_is_found_by_fields_of_every_type(world: World):
    person = contact(world, name="Ann")
    keys = {
        kind: custom_field(world, "lead", f"My {kind}", kind)
        for kind in ("text", "textarea", "hidden", "number", "date", "datetime", "choices", "user")
    }
    keys["contact"] = custom_field(world, "lead", "My contact", "contact")
    values = {
        "text": "one two",
        "textarea": "three\nfour",
        "hidden": "five",
        "number": -1.5,
        "date": "2026-05-18",
        "datetime": "2026-05-18T10:30:00Z",
        "choices": ["Choice 1"],
        "user": f"user_{world.bo.user_id.hex()}",
        "contact": person["id"],
    }
    lead(world, name="Full", **{keys[kind]: value for kind, value in values.items()})
    for query in (
        '"My text":two',
        '"My text" = "ONE TWO"',
        '"My textarea":"three four"',
        '"My hidden":five',
        '"My number" < -1',
        '"My number":-1.5',
        '"My date":tomorrow',
        '"My date":["this week" TO "next week"]',
        '"My datetime":tomorrow',
        '"My datetime" > 2026-05-18T10:29',
        '"My choices":"choice 1"',
        '"My user":bo',
        f'"My contact":{person["id"]}',
        *(f'"My {kind}":*' for kind in keys),
        *(f"has:{key}" for key in keys.values()),
    ):
        assert names(world, query) == ["Full"], query
        assert "Full" not in names(world, f"not {query}"), query
    for query in ('"My choices":"Choice 2"', '"My user":me', '"My datetime":today', '"My text":on'):
        assert names(world, query) == [], query
    assert names(world, '"My text":*  sort:-custom."My date"') == ["Full"]
    for name in ("choices", "user", "contact"):
        assert "sorted by" in refused(world, f'sort:"My {name}"')


def test_the_official_client_searches(world: World, client: API):
    made = three_leads(world)
    params = {"query": "has:calls sort:-created", "_limit": 1, "_fields": "id"}
    assert client.get("lead", params=params) == {
        "data": [{"id": made.leads["Bluth Company"]}],
        "has_more": True,
        "total_results": 2,
    }
    wanted = {"query": "has:calls", "_limit": 0}
    assert client.get("lead", params=wanted)["total_results"] == 2
