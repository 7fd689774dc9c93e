"""One contact at a time: creating, reading, changing and deleting it, and what its lead does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import World
from tests.tether.configurations import default_pipeline, make_prompt, stages_of
from tests.tether.contacts import (
    JANE,
    UNKNOWN_ID,
    add,
    add_lead,
    lead_of,
    patch,
    show,
    transitions,
    wrong,
)


def custom_fields(world: World) -> list[tuple[str, str]]:
    """North's fields: (name, type)."""
    return world.sql(
        "SELECT name, type FROM custom_fields WHERE organization_id = %s ORDER BY rank",
        world.ada.organization_id,
    )


def values(contact: dict[str, Any]) -> list[str]:
    return [phone["value"] for phone in contact["phoneNumber"]]


def test_a_contact_is_created_with_its_whole_document(world: World):
    response = world.bo.tether.send("POST", "/contact", {**JANE, "source": "Referral"})
    assert response.status_code == 201
    answer = response.json()
    contact = answer["contact"]
    me = world.bo.user_id.hex()
    assert answer == {
        "success": True,
        "data": {"contact": contact, "message": "Contact created"},
        "message": "Contact created",
        "contact": contact,
    }
    contact_id = contact["_id"]
    assert contact == {
        "_id": contact_id,
        "organizationId": world.bo.org,
        "firstName": "Jane",
        "lastName": "Doe",
        "phoneNumber": [
            {
                "value": "+14155550133",
                "isPrimary": True,
                "verifiedAt": None,
                "verifiedBy": None,
                "verificationSource": None,
            }
        ],
        "secondaryPhoneNumber": [],
        "email": "jane.doe@example.com",
        "status": "New Lead",
        "pipelineId": default_pipeline(world.ada)["_id"],
        "pipelineStage": stages_of(default_pipeline(world.ada))["New Lead"],
        "source": "Referral",
        "process": None,
        "isAutopilot": False,
        "isBulkSms": False,
        "isUpdated": False,
        "channelTypes": [],
        "assignees": [],
        "lastMessageTime": None,
        "outreachConfigId": None,
        "userId": me,
        "createdBy": me,
        "createdAt": "2026-05-17T09:30:00.000Z",
        "updatedAt": "2026-05-17T09:30:00.000Z",
    }
    got = world.ada.tether.get(f"/contacts/{contact_id}")
    assert got == {"success": True, "data": contact}
    assert transitions(world, contact_id) == [(None, "New Lead")]
    assert lead_of(world, contact_id)[1:] == ("Jane Doe", 1)


def test_a_phone_number_is_all_that_a_contact_needs(world: World):
    made = world.bo.tether.post("/contact", {"phoneNumber": "4155550133"}, 201)["contact"]
    assert (made["firstName"], made["email"], made["source"]) == (None, None, "Unassigned")
    assert wrong(world.bo.tether.post("/contact", {}, 400)) == {"phoneNumber"}
    nothing: list[Any] = [None, "", []]
    for value in nothing:
        answer = world.bo.tether.post("/contact", {"phoneNumber": value}, 400)
        assert wrong(answer) == {"phoneNumber"}
    assert len(transitions(world)) == 1


def test_a_contact_can_start_in_a_stage_with_an_owner_a_process_and_values(world: World):
    process = make_prompt(world.bo)
    made = add(
        world.bo,
        status="Qualified",
        process=process,
        isAutopilot=True,
        userId=world.cy.user_id.hex(),
        loanAmount=250000,
        favouriteColour="green",
        newsletter=False,
    )
    assert (made["status"], made["process"], made["isAutopilot"]) == ("Qualified", process, True)
    assert made["userId"] == world.cy.user_id.hex()
    assert made["createdBy"] == world.bo.user_id.hex()
    assert (made["loanAmount"], made["favouriteColour"]) == (250000, "green")
    assert transitions(world, made["_id"]) == [(None, "Qualified")]
    assert custom_fields(world) == [
        ("loanAmount", "number"),
        ("favouriteColour", "text"),
        ("newsletter", "text"),
    ]


def test_every_field_of_the_wrong_type_is_named_at_once(world: World):
    body = {
        "firstName": 5,
        "lastName": [],
        "phoneNumber": 4155550133,
        "secondaryPhoneNumber": {},
        "email": 1,
        "status": 7,
        "pipelineStage": {},
        "pipelineId": False,
        "process": 3,
        "isAutopilot": "yes",
        "isUpdated": 1,
        "source": [],
        "userId": 12,
    }
    assert wrong(world.bo.tether.post("/contact", body, 400)) == set(body)
    contact_id = add(world.bo)["_id"]
    before = show(world.bo, contact_id)
    assert wrong(world.bo.tether.patch(f"/contacts/{contact_id}", body, 400)) == set(body)
    assert wrong(world.bo.tether.put(f"/contacts/{contact_id}", body, 400)) == set(body)
    missing_id = wrong(world.bo.tether.put("/contact", body, 400))
    assert missing_id == {*body, "_id"}
    assert show(world.bo, contact_id) == before


def test_every_wrong_value_is_named_at_once(world: World):
    contact_id = add(world.bo)["_id"]
    body = {
        "phoneNumber": ["4155550134", "12", {"value": 5}, {}],
        "secondaryPhoneNumber": "nope",
        "email": "not an address",
        "status": "No such stage",
        "process": UNKNOWN_ID,
        "userId": world.eve.user_id.hex(),
        "x" * 201: "too long a name",
        "colour": "green",
    }
    answer = world.bo.tether.patch(f"/contacts/{contact_id}", body, 400)
    assert wrong(answer) == {
        "phoneNumber.1",
        "phoneNumber.2",
        "phoneNumber.3",
        "secondaryPhoneNumber",
        "email",
        "status",
        "process",
        "userId",
        "x" * 200,
    }
    assert "'No such stage'" in answer["message"]
    assert "colour" not in show(world.bo, contact_id)
    assert custom_fields(world) == []


def test_a_patch_changes_only_what_it_names(world: World):
    contact_id = add(world.bo, colour="green", amount=3)["_id"]
    before = show(world.bo, contact_id)
    world.clock.advance(minutes=5)
    news = {"lastName": "Smith", "isUpdated": True, "amount": 4, "colour": None, "unknown": None}
    changed = patch(world.bo, contact_id, **news)
    assert changed == show(world.bo, contact_id)
    del before["colour"]
    assert changed == {
        **before,
        "lastName": "Smith",
        "amount": 4,
        "isUpdated": True,
        "updatedAt": "2026-05-17T09:35:00.000Z",
    }
    assert [name for name, _ in custom_fields(world)] == ["colour", "amount"]
    assert lead_of(world, contact_id)[1] == "Jane Smith"
    assert transitions(world, contact_id) == [(None, "New Lead")]


def test_each_way_to_update_does_the_same(world: World):
    contact_id = add(world.bo)["_id"]
    put = world.bo.tether.put(f"/contacts/{contact_id}", {"firstName": "Joan"})
    assert put["data"]["contact"]["firstName"] == put["contact"]["firstName"] == "Joan"
    body = {"_id": contact_id, "fromHistoryModal": True, "email": "new@example.com"}
    answer = world.bo.tether.put("/contact", body)
    assert answer["message"] == answer["data"]["message"] == "Contact updated"
    assert (answer["contact"]["firstName"], answer["contact"]["email"]) == (
        "Joan",
        "new@example.com",
    )
    assert "fromHistoryModal" not in answer["contact"]
    world.bo.tether.put("/contact", {"_id": UNKNOWN_ID}, 404)
    world.bo.tether.put("/contact", {"_id": "no id"}, 404)


def test_a_whole_document_posted_back_changes_nothing(world: World):
    made = add(world.bo, colour="green", phoneNumber=["4155550133", "4155550134"])
    count = "SELECT count(*) FROM events WHERE organization_id = %s"
    before = world.sql(count, world.ada.organization_id)
    world.clock.advance(minutes=5)
    assert patch(world.bo, made["_id"], **made) == made
    assert world.bo.tether.put("/contact", {**made, "__v": 0})["contact"] == made
    assert world.sql(count, world.ada.organization_id) == before


def test_custom_values_never_hide_a_field_of_the_document(world: World):
    made = add(world.bo, organizationId="mine", createdAt="never", assignees=["x"], colour="red")
    assert made["organizationId"] == world.bo.org
    assert made["createdAt"] == "2026-05-17T09:30:00.000Z"
    assert made["assignees"] == []
    assert custom_fields(world) == [("colour", "text")]
    # A field that another client has named like a part of the document.
    world.sql(
        "UPDATE custom_fields SET name = 'userId' WHERE organization_id = %s",
        world.ada.organization_id,
    )
    assert show(world.bo, made["_id"])["userId"] == world.bo.user_id.hex()


def test_a_list_of_phones_replaces_and_one_text_replaces_the_first(world: World):
    contact_id = add(world.bo, phoneNumber="4155550101")["_id"]
    entries = ["4155550102", {"value": "+1 415 555 0103", "isPrimary": True}, "(415) 555-0102"]
    changed = patch(world.bo, contact_id, phoneNumber=entries)
    assert values(changed) == ["+14155550103", "+14155550102"]
    assert [phone["isPrimary"] for phone in changed["phoneNumber"]] == [True, False]
    assert changed["secondaryPhoneNumber"] == ["+14155550102"]
    changed = patch(world.bo, contact_id, phoneNumber="4155550104")
    assert values(changed) == ["+14155550104", "+14155550102"]
    changed = patch(world.bo, contact_id, secondaryPhoneNumber=["4155550105", "4155550106"])
    assert values(changed) == ["+14155550104", "+14155550105", "+14155550106"]
    changed = patch(
        world.bo, contact_id, phoneNumber=["4155550101"], secondaryPhoneNumber=["4155550102"]
    )
    assert values(changed) == ["+14155550101", "+14155550102"]
    assert values(patch(world.bo, contact_id, phoneNumber=[])) == []
    found = "SELECT value FROM contact_methods WHERE kind = 'phone' AND contact_id = %s"
    assert world.sql(found, bytes.fromhex(contact_id)) == []


def test_the_email_is_the_first_of_the_addresses(world: World):
    contact_id = add(world.bo)["_id"]
    entries = ["b@example.com", {"value": "A@example.com", "isPrimary": True}]
    assert patch(world.bo, contact_id, email=entries)["email"] == "a@example.com"
    assert patch(world.bo, contact_id, email="c@example.com")["email"] == "c@example.com"
    kept = world.sql("SELECT emails FROM contacts WHERE id = %s", bytes.fromhex(contact_id))
    assert [entry["value"] for entry in kept[0][0]] == ["c@example.com", "b@example.com"]
    assert patch(world.bo, contact_id, email=None)["email"] is None


def test_numbers_without_a_country_belong_to_the_organizations(world: World):
    world.sql("UPDATE organizations SET country = 'SE' WHERE id = %s", world.ada.organization_id)
    world.services.authentication.forget_all()
    made = add(world.bo, phoneNumber="08-123 456 78")
    assert values(made) == ["+46812345678"]


def test_a_phone_of_another_card_is_refused(world: World):
    first = add(world.bo)
    again = {"firstName": "John", "phoneNumber": "+1 415-555-0133"}
    answer = world.cy.tether.post("/contact", again, 400)
    assert wrong(answer) == {"phoneNumber"}
    assert "+14155550133" in answer["message"]
    other = add(world.cy, phoneNumber="4155550199", email="john@example.com")
    for field in ("phoneNumber", "secondaryPhoneNumber"):
        answer = world.cy.tether.patch(f"/contacts/{other['_id']}", {field: "4155550133"}, 400)
        assert wrong(answer) == {"phoneNumber"}
    assert show(world.cy, other["_id"]) == other
    # South is another world, and an e-mail address may be shared.
    add(world.eve)
    add(world.cy, phoneNumber="4155550198", email=first["email"])


def test_a_phone_that_is_free_again_can_be_given_away(world: World):
    first, second = add(world.bo), add(world.bo, phoneNumber="4155550199")
    patch(world.bo, first["_id"], phoneNumber="4155550111")
    assert values(patch(world.bo, second["_id"], phoneNumber="4155550133")) == ["+14155550133"]
    world.bo.tether.delete(f"/contacts/{second['_id']}")
    add(world.bo)


def test_what_close_contacts_share_may_stay_shared(world: World):
    (one,) = add_lead(world, "One", ("Ann", "+14155550133"))
    add_lead(world, "Two", ("Ben", "+14155550133"))
    changed = patch(world.ada, one, phoneNumber=["4155550133", "4155550134"], lastName="Lee")
    assert values(changed) == ["+14155550133", "+14155550134"]


def test_contacts_of_one_lead_may_share_a_phone(world: World):
    first, second = add_lead(world, "Home", ("Ann", "+14155550133"), ("Ben", ""))
    assert values(patch(world.ada, second, phoneNumber="4155550133")) == ["+14155550133"]
    assert values(show(world.ada, first)) == ["+14155550133"]
    # Boards do not show the second contact, so another card may have its number.
    patch(world.ada, second, phoneNumber="4155550134")
    add(world.bo, phoneNumber="4155550134")


def test_a_phone_sent_by_many_at_once_makes_one_card(world: World):
    def create(number: int) -> int:
        body = {"firstName": f"Jane {number}", "phoneNumber": "415 555 0133"}
        status: int = world.bo.tether.send("POST", "/contact", body).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(create, range(8)))
    assert statuses == [201] + [400] * 7
    assert len(transitions(world)) == 1


# Deleting, and who may.


def test_deleting_the_only_contact_deletes_its_lead_and_keeps_its_history(world: World):
    contact_id = add(world.bo)["_id"]
    answer = world.bo.tether.delete(f"/contacts/{contact_id}", status=200)
    assert answer == {"message": "Contact deleted", "data": {"_id": contact_id}}
    gone = world.bo.tether.get(f"/contacts/{contact_id}", 404)
    assert gone == {
        "success": False,
        "message": "Contact not found",
        "error": {"code": "NOT_FOUND", "message": "Contact not found", "details": []},
    }
    world.bo.tether.delete(f"/contacts/{contact_id}", status=404)
    assert (
        world.sql("SELECT 1 FROM leads WHERE organization_id = %s", world.ada.organization_id) == []
    )
    assert transitions(world) == [(None, "New Lead")]


def test_the_next_contact_takes_over_the_card(world: World):
    first, second = add_lead(world, "Acme", ("Ann", ""), ("Ben", ""))
    world.ada.tether.delete(f"/contacts/{first}")
    listed = world.ada.tether.get("/contacts")["contacts"]
    assert [card["_id"] for card in listed] == [second]
    assert lead_of(world, second)[1:] == ("Acme", 1)


def test_owners_and_admins_may_delete(world: World):
    contact_id = add(world.bo)["_id"]
    for person in (world.cy, world.dora):
        answer = person.tether.delete(f"/contacts/{contact_id}", status=403)
        assert answer["error"] == "Only the owner of a contact and admins may delete it"
    patch(world.cy, contact_id, userId=world.cy.user_id.hex())
    world.bo.tether.delete(f"/contacts/{contact_id}", status=403)
    world.cy.tether.delete(f"/contacts/{contact_id}")
    second = add(world.bo)["_id"]
    world.ada.tether.delete(f"/contacts/{second}")


@pytest.mark.parametrize("kind", ["unknown", "foreign", "no id", "another noun"])
def test_what_is_no_contact_of_ours_is_not_found(world: World, kind: str):
    ids = {
        "unknown": UNKNOWN_ID,
        "foreign": add(world.eve)["_id"],
        "no id": "xyz",
        "another noun": default_pipeline(world.ada)["_id"],
    }
    path = f"/contacts/{ids[kind]}"
    for answer in (
        world.ada.tether.get(path, 404),
        world.ada.tether.patch(path, {"firstName": "x"}, 404),
        world.ada.tether.put(path, {"firstName": "x"}, 404),
        world.ada.tether.put("/contact", {"_id": ids[kind]}, 404),
    ):
        assert answer["message"] == "Contact not found"
    assert world.ada.tether.delete(path, status=404)["error"] == "Contact not found"
    (kept,) = world.eve.tether.get("/contacts")["contacts"] or [{"firstName": "Jane"}]
    assert kept["firstName"] == "Jane"


def test_deleting_what_is_not_there_is_answered_with_a_text(world: World):
    answer = world.bo.tether.send("DELETE", f"/contacts/{'0' * 24}")
    assert answer.status_code == 404
    assert isinstance(answer.json()["error"], str)
