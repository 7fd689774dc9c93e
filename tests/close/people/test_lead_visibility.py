"""Roles that do not see all leads: what their people see, find, change and count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from leadline.store.roles import APP_ROLE
from leadline.store.visibility import install, is_installed, remove
from tests.cast import Person, World
from tests.close.making import events, id_of, lead, user, wrong
from tests.close.people.making import BLIND, blind, user_field
from tests.tether.configurations import make_configuration
from tests.tether.contacts import add


def seen(person: Person) -> set[str]:
    """The names of the leads that the person sees, as list and as total."""
    answer = person.close.get("/lead/")
    assert answer["total_results"] == len(answer["data"])
    return {each["name"] for each in answer["data"]}


@pytest.fixture
def rep(world: World) -> str:
    """A custom field of users, and a lead each for bo, for cy, and for nobody."""
    field = user_field(world)
    lead(world, name="Bo's", **{f"custom.{field}": user(world.bo)})
    lead(world, name="Cy's", **{f"custom.{field}": user(world.cy)})
    lead(world, name="Nobody's")
    return field


def test_the_leads_that_name_the_user_are_seen(world: World, rep: str):
    blind(world, world.bo, rep)
    assert seen(world.bo) == {"Bo's"}
    assert seen(world.ada) == {"Bo's", "Cy's", "Nobody's"}


def test_leads_of_nobody_are_seen_where_the_role_allows_it(world: World, rep: str):
    blind(world, world.bo, rep, behavior="allow_unassigned")
    blind(world, world.cy, rep, behavior="require_assignment")
    assert seen(world.bo) == {"Bo's", "Nobody's"}
    assert seen(world.cy) == {"Cy's"}


def test_any_of_several_fields_counts_and_any_of_several_users(world: World, rep: str):
    team = user_field(world, "Team", accepts_multiple_values=True)
    lead(world, name="Both's", **{f"custom.{team}": [user(world.bo), user(world.cy)]})
    blind(world, world.bo, rep, team, behavior="allow_unassigned")
    blind(world, world.cy, team)
    assert seen(world.bo) == {"Bo's", "Both's", "Nobody's"}
    assert seen(world.cy) == {"Both's"}


def test_a_shared_field_of_leads_counts_as_well(world: World):
    field = world.ada.close.post("/custom_field/shared/", {"name": "Rep", "type": "user"}, 200)
    path = f"/custom_field/shared/{field['id']}/association/"
    world.ada.close.post(path, {"object_type": "lead"}, 201)
    lead(world, name="Bo's", **{f"custom.{field['id']}": user(world.bo)})
    lead(world, name="Nobody's")
    blind(world, world.bo, field["id"])
    assert seen(world.bo) == {"Bo's"}
    world.ada.close.delete(f"{path}lead/", status=400)


def test_without_fields_the_owner_counts(world: World):
    world.bo.close.post("/lead/", {"name": "Bo's"})
    lead(world, name="Ada's")
    free = lead(world, name="Nobody's")
    world.sql("UPDATE leads SET owner_id = NULL WHERE id = %s", id_of(free["id"]))
    role = blind(world, world.bo)
    assert seen(world.bo) == {"Bo's"}
    world.ada.close.put(f"/role/{role}/", {"visibility_user_lcf_behavior": "allow_unassigned"})
    assert seen(world.bo) == {"Bo's", "Nobody's"}


def test_assigning_and_taking_away_counts_at_once(world: World, rep: str):
    blind(world, world.bo, rep)
    mine = lead(world, name="New")
    path, key = f"/lead/{mine['id']}/", f"custom.{rep}"
    world.bo.close.get(path, 404)
    world.ada.close.put(path, {key: user(world.bo)})
    assert world.bo.close.get(path)["name"] == "New"
    world.ada.close.put(path, {key: user(world.cy)})
    world.bo.close.get(path, 404)
    world.ada.close.put(path, {key: None})
    world.bo.close.get(path, 404)


def test_a_lead_that_is_given_away_is_answered_once_more(world: World, rep: str):
    blind(world, world.bo, rep)
    key = f"custom.{rep}"
    own = world.bo.close.post("/lead/", {"name": "New", "contacts": [{"name": "Jo"}]})
    world.bo.close.post("/opportunity/", {"lead_id": own["id"], "value": 100})
    given = world.bo.close.put(f"/lead/{own['id']}/", {key: user(world.cy)})
    assert given[key] == user(world.cy)
    assert (len(given["contacts"]), len(given["opportunities"])) == (1, 1)
    world.bo.close.get(f"/lead/{own['id']}/", 404)
    assert seen(world.bo) == {"Bo's"}


@pytest.mark.parametrize("several", [False, True])
def test_a_new_lead_of_somebody_who_sees_only_what_is_assigned_is_theirs(
    world: World, several: bool
):
    rep = user_field(world, accepts_multiple_values=several)
    blind(world, world.bo, rep)
    made = world.bo.close.post("/lead/", {"name": "New"})
    assert made[f"custom.{rep}"] == ([user(world.bo)] if several else user(world.bo))
    assert world.bo.close.get(f"/lead/{made['id']}/") == made
    jo = world.bo.close.post("/contact/", {"name": "Jo"})  # makes a lead as well
    assert world.bo.close.get(f"/lead/{jo['lead_id']}/")["name"] == "Jo"
    value = [user(world.cy)] if several else user(world.cy)
    given = world.bo.close.post("/lead/", {"name": "Cy's", f"custom.{rep}": value})
    assert given[f"custom.{rep}"] == value
    world.bo.close.get(f"/lead/{given['id']}/", 404)


def test_objects_on_a_hidden_lead_are_hidden(world: World, rep: str):
    hidden = next(each for each in world.ada.close.get("/lead/")["data"] if each["name"] == "Cy's")
    of = {"lead_id": hidden["id"]}
    jo = world.ada.close.post("/contact/", {**of, "name": "Jo"})
    made = {
        f"/contact/{jo['id']}/",
        f"/opportunity/{world.ada.close.post('/opportunity/', of)['id']}/",
        f"/task/{world.ada.close.post('/task/', {**of, 'text': 'x'})['id']}/",
        f"/activity/note/{world.ada.close.post('/activity/note/', {**of, 'note': 'x'})['id']}/",
        f"/activity/call/{world.ada.close.post('/activity/call/', of)['id']}/",
    }
    blind(world, world.bo, rep, permissions=[*BLIND, "manage_others_tasks"])
    for path in sorted(made):
        world.bo.close.get(path, 404)
        world.bo.close.put(path, {}, 404)
        world.bo.close.delete(path, status=404)
        noun = path[: path.rindex("/", 0, -1) + 1]
        listed = world.bo.close.get(noun)
        assert listed["data"] == [], noun
        assert listed.get("total_results", 0) == 0
        assert world.ada.close.get(path)["id"] in path
    assert world.bo.close.get("/activity/", params={"lead_id": hidden["id"]})["data"] == []
    for path, body in (
        ("/contact/", {"name": "x"}),
        ("/opportunity/", {}),
        ("/task/", {"text": "x"}),
        ("/activity/note/", {"note": "x"}),
        ("/activity/call/", {}),
    ):
        assert set(wrong(world.bo.close.post(path, {**body, **of}, 400))) == {"lead_id"}


def test_a_hidden_lead_can_be_neither_end_of_a_merge(world: World, rep: str):
    blind(world, world.bo, rep)
    ids = {each["name"]: each["id"] for each in world.ada.close.get("/lead/")["data"]}
    for source, destination, field in (
        ("Bo's", "Cy's", "destination"),
        ("Cy's", "Bo's", "source"),
    ):
        body = {"source": ids[source], "destination": ids[destination]}
        assert set(wrong(world.bo.close.post("/lead/merge/", body, 400))) == {field}


def test_merging_unites_who_is_assigned(world: World):
    team = user_field(world, "Team", accepts_multiple_values=True)
    kept = lead(world, name="Kept", **{f"custom.{team}": [user(world.cy)]})
    gone = lead(world, name="Gone", **{f"custom.{team}": [user(world.bo)]})
    blind(world, world.bo, team)
    assert seen(world.bo) == {"Gone"}
    world.ada.close.post("/lead/merge/", {"source": gone["id"], "destination": kept["id"]})
    assert seen(world.bo) == {"Kept"}


def test_the_other_dialect_hides_the_same_leads(world: World, rep: str):
    hidden = add(world.ada)["_id"]
    blind(world, world.bo, rep)
    path = f"/contacts/{hidden}"
    world.bo.tether.get(path, 404)
    world.bo.tether.patch(path, {"firstName": "x"}, 404)
    listed = world.bo.tether.get("/contacts", params={"ownerFilter": "all"})
    assert hidden not in str(listed)
    assert hidden in str(world.ada.tether.get("/contacts", params={"ownerFilter": "all"}))


def test_people_are_known_whoever_sees_them(world: World):
    """Otherwise the same person would be made anew, with the same phone."""
    hidden = add(world.ada)["_id"]
    blind(world, world.bo)
    leads = len(world.ada.close.get("/lead/")["data"])
    configuration = make_configuration(world.bo)
    body = {"configurationId": configuration["_id"], "phoneNumber": "(415) 555-0133"}
    answer = world.bo.tether.post("/webhook/outreach", body, 200)
    assert (answer["data"]["mergeOutcome"], hidden in str(answer)) == ("matched", False)
    world.bo.tether.post("/contact", {"firstName": "x", "phoneNumber": "4155550133"}, 400)
    assert len(world.ada.close.get("/lead/")["data"]) == leads


def test_a_stage_in_use_by_a_hidden_lead_is_in_use(world: World, rep: str):
    status = world.ada.close.post("/status/lead/", {"label": "Rare"})["id"]
    hidden = lead(world, name="Rare", status_id=status)
    blind(world, world.bo, rep, permissions=[*BLIND, "manage_customizations"])
    world.bo.close.get(f"/lead/{hidden['id']}/", 404)
    world.bo.close.delete(f"/status/lead/{status}/", status=400)


def test_a_field_that_says_who_sees_what_stays(world: World, rep: str):
    role = blind(world, world.bo, rep)
    path = f"/custom_field/lead/{rep}/"
    for answer in (
        world.ada.close.delete(path, status=400),
        world.ada.close.put(path, {"type": "text"}, 400),
    ):
        assert "Blind bo" in answer["error"]
    world.ada.close.put(path, {"name": "Representative"})
    world.ada.close.put(f"/role/{role}/", {"visibility_user_lcf_ids": []})
    world.ada.close.delete(path, status=200)
    where = "WHERE organization_id = %s"
    assert not world.sql(f"SELECT 1 FROM lead_assignees {where}", world.ada.organization_id)


def test_a_value_that_becomes_a_user_counts(world: World):
    field = world.ada.close.post("/custom_field/lead/", {"name": "Rep", "type": "text"}, 200)["id"]
    lead(world, name="Bo's", **{f"custom.{field}": user(world.bo)})
    world.ada.close.put(f"/custom_field/lead/{field}/", {"type": "user"})
    blind(world, world.bo, field)
    assert seen(world.bo) == {"Bo's"}


def test_a_role_says_what_it_sees(world: World, rep: str):
    role = blind(world, world.bo, rep, behavior="allow_unassigned")
    shown = world.ada.close.get(f"/role/{role}/")
    assert shown["visibility_user_lcf_ids"] == [rep]
    assert shown["visibility_user_lcf_behavior"] == "allow_unassigned"
    empty = {"visibility_user_lcf_ids": None, "visibility_user_lcf_behavior": None}
    changed = world.ada.close.put(
        f"/role/{role}/", {**empty, "permissions": [*BLIND, "view_all_leads"]}
    )
    assert changed["visibility_user_lcf_ids"] is changed["visibility_user_lcf_behavior"] is None
    assert seen(world.bo) == {"Bo's", "Cy's", "Nobody's"}


def test_invalid_visibility_fields_are_named(world: World, rep: str):
    text = world.ada.close.post("/custom_field/lead/", {"name": "City", "type": "text"}, 200)["id"]
    of_contacts = world.ada.close.post("/custom_field/contact/", {"name": "x", "type": "user"}, 200)
    base = {"name": "x", "permissions": []}
    for more, fields in (
        ({"visibility_user_lcf_ids": [text]}, {"visibility_user_lcf_ids"}),
        ({"visibility_user_lcf_ids": [of_contacts["id"]]}, {"visibility_user_lcf_ids"}),
        ({"visibility_user_lcf_ids": [rep, "cf_" + "0" * 24]}, {"visibility_user_lcf_ids"}),
        ({"visibility_user_lcf_behavior": "x"}, {"visibility_user_lcf_behavior"}),
        (
            {
                "permissions": ["view_all_leads"],
                "visibility_user_lcf_ids": [rep],
                "visibility_user_lcf_behavior": "allow_unassigned",
            },
            {"visibility_user_lcf_ids", "visibility_user_lcf_behavior"},
        ),
    ):
        assert set(wrong(world.ada.close.post("/role/", {**base, **more}, 400))) == fields


def test_nobody_grants_more_visibility_than_they_have(world: World, rep: str):
    own = blind(world, world.bo, rep, permissions=["manage_organization"])
    same = {"permissions": [], "visibility_user_lcf_ids": [rep]}
    world.bo.close.post("/role/", {"name": "Same", **same}, 201)
    wider: list[dict[str, Any]] = [
        {"permissions": ["view_all_leads"], "visibility_user_lcf_ids": None},
        {"visibility_user_lcf_behavior": "allow_unassigned"},
        {"visibility_user_lcf_ids": []},
    ]
    for number, more in enumerate(wider):
        world.bo.close.post("/role/", {"name": f"More {number}", **same, **more}, 403)
        world.bo.close.put(f"/role/{own}/", more, 403)
    give_himself = f"/membership/{world.bo.close.get('/me/')['memberships'][0]['id']}/"
    world.bo.close.put(give_himself, {"role_id": "user"}, 403)


def test_visibility_does_not_stay_with_a_shared_connection(world: World, rep: str):
    """Connections are shared: what one request saw is not what the next one sees."""
    blind(world, world.bo, rep)
    for _ in range(6):  # often enough for statements to be prepared
        assert seen(world.bo) == {"Bo's"}
        assert seen(world.ada) == {"Bo's", "Cy's", "Nobody's"}
    hidden = next(each for each in world.ada.close.get("/lead/")["data"] if each["name"] == "Cy's")
    before = events(world, hidden["id"])
    world.bo.close.put(f"/lead/{hidden['id']}/", {"name": "x"}, 404)
    assert events(world, hidden["id"]) == before


@pytest.fixture
def without_views(world: World, database_url: str) -> Iterator[None]:
    """A database in the middle of an upgrade, which drops the views first."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        remove(owner)
        assert not is_installed(owner, APP_ROLE)
        yield
        with owner.transaction():
            install(owner, APP_ROLE)
        assert is_installed(owner, APP_ROLE)


def test_without_the_views_nothing_is_seen_rather_than_everything(
    world: World, without_views: None
):
    world.bo.close.post("/lead/", {"name": "Bo's"})
    blind(world, world.bo)
    assert world.bo.close.send("GET", "/lead/").status_code == 503
    assert seen(world.ada) == {"Bo's"}
