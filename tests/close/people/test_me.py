"""The user of the key, with organization and membership: ``/me/``."""

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
