"""Roles of an organization's own: what they permit is what those who have them may do."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.kernel.permissions import BUILT_IN, Permission
from leadline.kernel.rights import ROLE_RIGHTS, Right, Role, rights_of
from tests.cast import World
from tests.close.making import call, lead, wrong
from tests.close.people.making import EVERYTHING_ABOUT_LEADS, give, membership, role

JO = {"firstName": "Jo", "phoneNumber": "(415) 555-0133"}


def test_a_role_is_made_of_whatever_permissions_close_names(world: World):
    names = [
        "call_coach_barge",
        "call_coach_listen",
        "manage_email_sequences",
        "manage_team_email_templates",
    ]
    made = world.ada.close.post("/role/", {"name": "Coach", "permissions": names}, 201)
    assert made["permissions"] == names
    for name in ("admin", "superuser"):
        assert set(names) <= set(world.ada.close.get(f"/role/{name}/")["permissions"])


def test_the_usual_roles_permit_exactly_what_their_members_may_do():
    """A new right of admins must be in a permission, or no role of one's own can ever have it."""
    assert rights_of(BUILT_IN["admin"]) == ROLE_RIGHTS[Role.ADMIN]
    assert rights_of(BUILT_IN["superuser"]) == ROLE_RIGHTS[Role.DEPARTMENT_HEAD]
    assert rights_of(BUILT_IN["user"]) == ROLE_RIGHTS[Role.SALES_REP]
    assert rights_of(BUILT_IN["restricteduser"]) < ROLE_RIGHTS[Role.SALES_REP]
    assert rights_of(["unheard_of"]) == rights_of([])
    assert Right.LEAD_READ in rights_of([])


def test_the_documented_request_gets_the_documented_answer(world: World):
    body = {
        "name": "Account Manager",
        "permissions": ["export", "bulk_edit"],
        "visibility_user_lcf_behavior": None,
        "visibility_user_lcf_ids": None,
    }
    response = world.ada.close.send("POST", "/role/", body)
    assert response.status_code == 201
    made = response.json()
    assert response.headers["location"] == f"/api/v1/role/{made['id']}/"
    assert made == {
        "editable": True,
        "id": made["id"],
        "name": "Account Manager",
        "permissions": ["bulk_edit", "export"],
        "visibility_user_lcf_behavior": None,
        "visibility_user_lcf_ids": None,
    }
    assert world.bo.close.get(f"/role/{made['id']}/") == made
    changed = world.ada.close.put(f"/role/{made['id']}/", {"permissions": ["view_all_leads"]})
    assert changed == {**made, "permissions": ["view_all_leads"]}
    assert world.ada.close.post("/role/", {**made, "name": "Another"}, 201)["editable"] is True


def test_the_usual_roles_are_listed_first_and_stay_as_they_are(world: World):
    own = role(world, "export")
    listed = world.bo.close.get("/role/")
    assert [each["id"] for each in listed["data"]] == [*BUILT_IN, own]
    assert listed["has_more"] is False
    admin = world.bo.close.get("/role/admin/")
    assert (admin["name"], admin["editable"]) == ("Admin", False)
    assert admin["permissions"] == sorted(Permission)
    for method in ("PUT", "DELETE"):
        response = world.ada.close.send(method, "/role/user/", {} if method == "PUT" else None)
        assert (response.status_code, "System roles" in response.text) == (400, True)
    page = world.bo.close.get("/role/", params={"_skip": 4, "_limit": 1, "_fields": "id"})
    assert page == {"data": [{"id": own}], "has_more": False}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "permissions"}),
        ({"name": " ", "permissions": []}, {"name"}),
        ({"name": "x", "permissions": ["fly"]}, {"permissions"}),
        ({"name": "Admin", "permissions": []}, {"name"}),
        ({"name": "taken", "permissions": []}, {"name"}),
        (
            {"name": "x", "permissions": [], "visibility_user_lcf_ids": ["cf_1"]},
            {"visibility_user_lcf_ids"},
        ),
    ],
)
def test_mistakes_in_a_role_are_named(world: World, body: Any, fields: set[str]):
    role(world, name="Taken")
    assert set(wrong(world.ada.close.post("/role/", body, 400))) == fields


def test_permissions_are_enforced(world: World):
    give(world, world.bo, role(world, "delete_own_activities", "view_all_leads"))
    lead_id = lead(world, name="Acme")["id"]
    world.bo.close.put(f"/lead/{lead_id}/", {"name": "Acme Ltd"})
    world.bo.close.post("/activity/call/", {"lead_id": lead_id}, 403)
    world.bo.close.delete(f"/lead/{lead_id}/", status=403)
    world.bo.close.post("/outcome/", {"name": "x"}, 403)
    world.bo.close.post("/lead/merge/", {"source": lead_id, "destination": lead_id}, 403)
    assert membership(world.bo)["permissions_granted"] == [
        "delete_own_activities",
        "view_all_leads",
    ]
    give(world, world.bo, role(world, *EVERYTHING_ABOUT_LEADS, name="All"))
    made = world.bo.close.post("/activity/call/", {"lead_id": lead_id}, 200)
    world.bo.close.delete(f"/activity/call/{made['id']}/", status=403)
    world.bo.close.delete(f"/lead/{lead_id}/", status=200)


def test_things_of_others_need_a_permission_of_their_own(world: World):
    give(world, world.bo, role(world, "calling", "delete_own_activities", "view_all_leads"))
    lead_id = lead(world, name="Acme")["id"]
    others = call(world, lead_id=lead_id)["id"]
    own = world.bo.close.post("/activity/call/", {"lead_id": lead_id})["id"]
    world.bo.close.put(f"/activity/call/{others}/", {"note": "x"}, 403)
    world.bo.close.delete(f"/activity/call/{others}/", status=403)
    world.bo.close.put(f"/activity/call/{own}/", {"note": "x"})
    world.bo.close.delete(f"/activity/call/{own}/", status=200)
    deal = world.ada.close.post("/opportunity/", {"lead_id": lead_id})["id"]
    world.bo.close.put(f"/opportunity/{deal}/", {"value": 1}, 403)
    world.bo.close.delete(f"/opportunity/{deal}/", status=403)


def test_customizations_can_be_handed_to_somebody_who_is_no_admin(world: World):
    give(world, world.bo, role(world, "manage_customizations"))
    world.bo.close.post("/outcome/", {"name": "Declined"}, 201)
    world.bo.close.post("/status/lead/", {"label": "Parked"})
    world.bo.close.post("/group/", {"name": "x"}, 403)


def test_a_restricted_user_may_less_than_a_user(world: World):
    give(world, world.bo, "restricteduser")
    assert membership(world.bo)["role_id"] == "restricteduser"
    lead_id = lead(world, name="Acme")["id"]
    others = call(world, lead_id=lead_id)["id"]
    world.bo.close.put(f"/activity/call/{others}/", {"note": "x"}, 403)
    world.bo.close.delete(f"/lead/{lead_id}/", status=403)
    card = world.bo.tether.post("/contact", JO, 201)["contact"]["_id"]
    world.bo.tether.delete(f"/contacts/{card}", status=403)
    give(world, world.bo, "user")
    world.bo.close.delete(f"/lead/{lead_id}/", status=200)
    world.bo.tether.delete(f"/contacts/{card}", status=200)


def test_a_changed_role_counts_at_once(world: World):
    own = role(world, "view_all_leads")
    give(world, world.bo, own)
    lead_id = lead(world, name="Acme")["id"]
    world.bo.close.delete(f"/lead/{lead_id}/", status=403)
    world.ada.close.put(f"/role/{own}/", {"permissions": ["delete_leads", "view_all_leads"]})
    world.bo.close.delete(f"/lead/{lead_id}/", status=200)


def test_a_role_that_manages_the_organization_makes_admins_of_those_who_have_it(world: World):
    own = role(world, "export")
    give(world, world.bo, own)
    world.bo.close.post("/group/", {"name": "x"}, 403)
    world.ada.close.put(f"/role/{own}/", {"permissions": ["manage_organization"]})
    world.bo.close.post("/group/", {"name": "x"}, 201)
    world.bo.tether.get(f"/organizations/{world.bo.org}/outreach-close-stages")
    world.ada.close.put(f"/role/{own}/", {"permissions": ["export"]})
    world.bo.close.post("/group/", {"name": "y"}, 403)
    world.bo.tether.get(f"/organizations/{world.bo.org}/outreach-close-stages", 403)


def test_nobody_gives_more_than_they_have(world: World):
    own = role(world, "manage_organization", "view_all_leads")
    give(world, world.bo, own)
    me = f"/membership/{membership(world.bo)['id']}/"
    world.bo.close.put(me, {"role_id": "admin"}, 403)
    world.bo.close.put(f"/role/{own}/", {"permissions": ["manage_customizations"]}, 403)
    body = {"name": "Mighty", "permissions": ["manage_customizations"]}
    world.bo.close.post("/role/", body, 403)
    ada = f"/membership/{membership(world.ada)['id']}/"
    world.bo.close.put(ada, {"role_id": "restricteduser"}, 403)
    world.bo.close.delete(ada, status=403)
    assert membership(world.ada)["role_id"] == "admin"
    assert membership(world.bo)["role_id"] == own


def test_nobody_takes_away_what_they_do_not_have(world: World):
    give(world, world.bo, role(world, "manage_organization", "view_all_leads"))
    mighty = role(world, "manage_customizations", "view_all_leads", name="Mighty")
    for permissions in ([], ["view_all_leads"], ["manage_organization"]):
        world.bo.close.put(f"/role/{mighty}/", {"permissions": permissions}, 403)
    kept = world.ada.close.get(f"/role/{mighty}/")["permissions"]
    assert kept == ["manage_customizations", "view_all_leads"]
    # Its name may be changed by whoever manages the organization.
    assert world.bo.close.put(f"/role/{mighty}/", {"name": "Mightier"})["name"] == "Mightier"
    lesser = role(world, "view_all_leads", name="Lesser")
    changed = world.bo.close.put(f"/role/{lesser}/", {"permissions": []})
    assert changed["permissions"] == []


def test_a_role_that_somebody_has_is_not_deleted(world: World):
    own = role(world, "export")
    give(world, world.bo, own)
    answer = world.ada.close.delete(f"/role/{own}/", status=400)
    assert "still held by 1" in answer["error"]
    give(world, world.bo, "user")
    assert world.ada.close.delete(f"/role/{own}/", status=200) == {}
    world.ada.close.get(f"/role/{own}/", 404)
    give(world, world.bo, own, 400)
