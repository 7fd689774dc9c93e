"""Who am I, and who else is here, in the Close dialect."""

from __future__ import annotations

from tests.cast import World

NOON = "2026-05-17T09:30:00.000000+00:00"


def test_me_is_the_user_of_the_key_in_its_organization(world: World):
    me = world.bo.close.get("/me/")
    organization_id = f"orga_{world.bo.org}"
    user_id = f"user_{world.bo.user_id.hex()}"
    (organization,) = me.pop("organizations")
    (membership,) = me.pop("memberships")
    assert me == {
        "date_created": NOON,
        "date_updated": NOON,
        "email": world.bo.email,
        "email_accounts": [],
        "first_name": "Bo",
        "id": user_id,
        "image": None,
        "last_name": "Berg",
        "last_used_timezone": "UTC",
        "phone_numbers": [],
    }
    assert membership.pop("id").startswith("memb_")
    assert "delete_leads" in membership.pop("permissions_granted")
    assert membership == {
        "auto_record_calls": "unset",
        "default_caller_id": None,
        "hangup_recording_url": None,
        "is_free": False,
        "may_workflows_impersonate": False,
        "onboarding_status": "completed",
        "organization_id": organization_id,
        "primary_personal_number": None,
        "role": "user",
        "role_id": "user",
        "track_email_opens": False,
        "user_id": user_id,
    }
    assert (organization["id"], organization["name"]) == (organization_id, "North")


def test_me_brings_the_statuses_and_pipelines_that_scripts_look_up(world: World):
    (organization,) = world.ada.close.get("/me/")["organizations"]
    labels = [status["label"] for status in organization["lead_statuses"]]
    assert labels == ["New Lead", "Contacted", "Qualified", "Closed Won", "Closed Lost"]
    assert all(status["id"].startswith("stat_") for status in organization["lead_statuses"])
    (pipeline,) = organization["pipelines"]
    assert pipeline["organization_id"] == organization["id"]
    assert pipeline["date_created"] == "2026-05-17T09:30:00.000000"
    assert pipeline["statuses"] == organization["opportunity_statuses"]
    assert {status["type"] for status in pipeline["statuses"]} == {"active", "won", "lost"}


def test_roles_have_the_names_of_closes_own(world: World):
    def role(name: str) -> str:
        (membership,) = world.people[name].close.get("/me/")["memberships"]
        found: str = membership["role_id"]
        return found

    roles = {name: role(name) for name in ("sue", "ada", "dora", "bo")}
    assert roles == {"sue": "admin", "ada": "admin", "dora": "superuser", "bo": "user"}


def test_me_picks_fields(world: World):
    assert world.bo.close.get("/me/", params={"_fields": "first_name"}) == {"first_name": "Bo"}


def test_users_are_listed_in_pages_and_in_order(world: World):
    def names(**params: str | int) -> list[str]:
        page = world.bo.close.get("/user/", params=params)
        return [user["first_name"] for user in page["data"]]

    everybody = world.bo.close.get("/user/")
    assert everybody["has_more"] is False
    assert everybody["data"][2] == world.ada.close.get(f"/user/user_{world.bo.user_id.hex()}/")
    assert names() == ["", "Dora", "Bo", "Cy"]
    assert names(_order_by="first_name,last_name") == ["", "Bo", "Cy", "Dora"]
    assert names(_order_by="last_name,first_name", _skip=1) == ["Bo", "Cy", "Dora"]
    assert names(_order_by="password_hash") == names()
    page = world.bo.close.get("/user/", params={"_limit": 1, "_skip": 1, "_fields": "first_name"})
    assert page == {"data": [{"first_name": "Dora"}], "has_more": True}


def test_a_user_has_the_documented_shape(world: World):
    user_id = f"user_{world.dora.user_id.hex()}"
    assert world.bo.close.get(f"/user/{user_id}/") == {
        "date_created": NOON,
        "date_updated": NOON,
        "email": world.dora.email,
        "first_name": "Dora",
        "id": user_id,
        "image": None,
        "last_name": "Diaz",
        "organizations": [f"orga_{world.dora.org}"],
    }


def test_a_deactivated_user_leaves_the_list_and_can_still_be_looked_up(world: World):
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.cy.user_id)
    page = world.bo.close.get("/user/")
    assert "Cy" not in [user["first_name"] for user in page["data"]]
    assert world.bo.close.get(f"/user/user_{world.cy.user_id.hex()}/")["first_name"] == "Cy"


def test_strangers_do_not_exist(world: World):
    unknown = world.bo.close.get(f"/user/user_{'0' * 24}/", 404)
    assert world.bo.close.get(f"/user/user_{world.eve.user_id.hex()}/", 404) == unknown
    assert world.bo.close.get(f"/user/lead_{world.bo.user_id.hex()}/", 404) == unknown
    assert world.bo.close.get("/user/me/", 404) == unknown


def test_without_a_key_everything_is_unauthorized(world: World):
    for path in ("/me/", "/user/", f"/user/user_{world.bo.user_id.hex()}/"):
        assert world.nobody.close.get(path, 401) == {"error": "Unauthorized"}
