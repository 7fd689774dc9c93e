"""Taking in leads: matching, merging, routing, greeting, and the codes of the contract."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Api, World
from tests.outreach import JANE, make_configuration, make_prompt, send_lead
from tests.tether.configurations import add_pipeline, stages_of
from tests.tether.contacts import add


def transitions(world: World) -> list[tuple[Any, ...]]:
    return world.sql(
        "SELECT from_stage_name, stage_name, source, is_intake, cost::float8 "
        "FROM stage_transitions WHERE organization_id = %s AND kind = 'lead' ORDER BY id",
        world.ada.organization_id,
    )


def test_a_raw_lead_is_created_routed_and_counted(world: World):
    configuration = make_configuration(world.bo)
    body = {"configurationId": configuration["_id"], **JANE}
    answer = world.bo.tether.post("/webhook/outreach", body, 200)
    assert answer["success"] is True
    assert answer["message"] == "Data processed successfully"
    assert answer["data"]["mergeOutcome"] == "created"
    assert answer["data"]["applicationId"] is None
    contact = world.bo.tether.get(f"/contacts/{answer['data']['contactId']}")["data"]
    assert contact["firstName"] == "Jane"
    assert contact["phoneNumber"][0]["value"] == "+14155550133"
    assert contact["email"] == "jane.doe@example.com"
    assert contact["status"] == "New Lead"
    assert contact["source"] == "Facebook Lead Ad"
    assert contact["userId"] == world.bo.user_id.hex()
    assert contact["outreachConfigId"] == configuration["_id"]
    assert transitions(world) == [(None, "New Lead", "Facebook Lead Ad", True, 12.5)]


def test_the_lead_is_a_close_lead_at_once(world: World):
    data = send_lead(world.bo, make_configuration(world.bo))
    (lead,) = world.ada.close.get("/lead/")["data"]
    assert lead["display_name"] == "Jane Doe"
    assert lead["contact_ids"] == [f"cont_{data['contactId']}"]
    assert lead["status_label"] == "New Lead"


def test_the_fixed_format_says_where_each_field_belongs(world: World):
    configuration = make_configuration(world.bo, createApplication=True, applicationName="Loan")
    data = send_lead(
        world.bo,
        configuration,
        contacts={**JANE, "favouriteColour": "green"},
        applications={"jobTitle": "Engineer", "amount": 1200},
        conversations={"topic": "rates"},
    )
    assert data["applicationId"]
    contact = world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]
    assert contact["favouriteColour"] == "green"
    assert "jobTitle" not in contact
    fields = world.sql(
        "SELECT noun, name, type FROM custom_fields WHERE organization_id = %s ORDER BY name",
        world.ada.organization_id,
    )
    assert fields == [
        ("opportunity", "amount", "number"),
        ("contact", "favouriteColour", "text"),
        ("opportunity", "jobTitle", "text"),
        ("conversation", "topic", "text"),
    ]
    (lead,) = world.ada.close.get("/lead/")["data"]
    assert [opportunity["status_label"] for opportunity in lead["opportunities"]] == ["Active"]


def test_raw_fields_follow_the_field_of_their_name(world: World):
    configuration = make_configuration(world.bo)
    send_lead(world.bo, configuration, contacts=JANE, applications={"amount": 5})
    other = {"phoneNumber": "+14155550199", "amount": 7, "amountOfCats": 2}
    data = send_lead(world.bo, configuration, **other)
    contact = world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]
    assert contact["amountOfCats"] == 2
    assert "amount" not in contact
    assert data["applicationId"]


@pytest.mark.parametrize("alias", ["configuration_id", "CONFIGURATION_ID"])
def test_the_aliases_of_the_configuration_id_work(world: World, alias: str):
    configuration = make_configuration(world.bo)
    world.bo.tether.post("/webhook/outreach", {alias: configuration["_id"], **JANE}, 200)


def test_outreach_needs_no_configuration_id_when_there_is_only_one(world: World):
    make_configuration(world.bo)
    answer = world.bo.tether.post("/outreach", JANE, 200)
    assert answer["data"]["mergeOutcome"] == "created"
    make_configuration(world.bo, configurationName="Second", source="Zillow")
    world.bo.tether.post("/outreach", JANE, 400)
    assert world.bo.tether.post("/outreach", {**JANE, "source": "zillow"}, 200)
    world.bo.tether.post("/outreach", {**JANE, "source": "Billboard"}, 400)


def test_the_only_configuration_is_meant_whatever_the_source(world: World):
    configuration = make_configuration(world.bo)
    make_configuration(world.bo, configurationName="Paused", source="Zillow", status="inactive")
    make_configuration(world.cy, configurationName="Cy's", source="Billboard")
    for source in ("Billboard", "Zillow", " ", None):
        answer = world.bo.tether.post("/outreach", {**JANE, "source": source}, 200)
        contact = world.bo.tether.get(f"/contacts/{answer['data']['contactId']}")["data"]
        assert contact["outreachConfigId"] == configuration["_id"]
        assert contact["source"] == "Billboard"


def test_letter_case_and_phone_formatting_do_not_make_another_lead(world: World):
    configuration = make_configuration(world.bo)
    first = send_lead(world.bo, configuration, email="Jane.Doe@Example.com")
    again = send_lead(world.bo, configuration, email="jane.doe@EXAMPLE.COM ")
    assert again["contactId"] == first["contactId"]
    assert again["mergeOutcome"] == "matched"
    with_phone = send_lead(world.bo, configuration, phoneNumber="415-555-0133", firstName="Al")
    same_phone = send_lead(world.bo, configuration, phoneNumber="+1 (415) 555 0133")
    assert same_phone["contactId"] == with_phone["contactId"]
    assert world.ada.close.get("/lead/")["total_results"] == 2


def test_the_phone_wins_over_the_e_mail_and_the_oldest_contact_wins(world: World):
    configuration = make_configuration(world.bo)
    by_phone = send_lead(world.bo, configuration, phoneNumber="+14155550101")
    by_email = send_lead(world.bo, configuration, email="jane@example.com")
    both = send_lead(world.bo, configuration, phoneNumber="+14155550101", email="jane@example.com")
    assert both["contactId"] == by_phone["contactId"]
    assert both["mergeOutcome"] == "updated"
    # Now two contacts share the address; the older one is meant.
    shared = send_lead(world.bo, configuration, email="jane@example.com")
    assert shared["contactId"] == by_phone["contactId"] != by_email["contactId"]


def test_a_contact_id_bypasses_the_look_up(world: World):
    configuration = make_configuration(world.bo)
    first = send_lead(world.bo, configuration, phoneNumber="+14155550101")
    second = send_lead(world.bo, configuration, phoneNumber="+14155550102")
    for name in ("contactId", "_id", "id"):
        named = {name: first["contactId"], "phoneNumber": "+14155550102"}
        assert send_lead(world.bo, configuration, **named)["contactId"] == first["contactId"]
    assert second["contactId"] != first["contactId"]
    unknown = {"configurationId": configuration["_id"], "contactId": "0" * 24}
    world.bo.tether.post("/webhook/outreach", unknown, 404)


def test_a_known_lead_is_updated_or_matched_and_not_greeted_twice(world: World):
    configuration = make_configuration(world.bo, starterMessage="Hi {{firstName}}!")
    first = send_lead(world.bo, configuration)
    assert first["mergeOutcome"] == "created"
    assert send_lead(world.bo, configuration)["mergeOutcome"] == "matched"
    changed = send_lead(world.bo, configuration, **{**JANE, "firstName": "Janet", "size": "L"})
    assert changed["mergeOutcome"] == "updated"
    assert changed["conversationId"] == first["conversationId"]
    contact = world.bo.tether.get(f"/contacts/{first['contactId']}")["data"]
    assert (contact["firstName"], contact["size"]) == ("Janet", "L")
    assert len(transitions(world)) == 1
    assert world.sql("SELECT count(*) FROM messages WHERE body LIKE 'Hi Jan%%'") is not None
    assert len(messages(world, first["conversationId"])) == 1


def test_recontact_brings_the_lead_back_and_greets_again(world: World):
    configuration = make_configuration(
        world.bo, allowRecontact=True, starterMessage="Hi {{firstName}}!"
    )
    first = send_lead(world.bo, configuration)
    world.bo.tether.patch(f"/contacts/{first['contactId']}", {"status": "Contacted"})
    again = send_lead(world.bo, configuration)
    assert again["mergeOutcome"] == "updated"
    contact = world.bo.tether.get(f"/contacts/{first['contactId']}")["data"]
    assert contact["status"] == "New Lead"
    assert [(row[0], row[1], row[3]) for row in transitions(world)] == [
        (None, "New Lead", True),
        ("New Lead", "Contacted", False),
        ("Contacted", "New Lead", False),
    ]
    assert len(messages(world, first["conversationId"])) == 2


def test_the_payloads_source_wins_over_the_configurations(world: World):
    configuration = make_configuration(world.bo)
    data = send_lead(world.bo, configuration, **JANE, source="Billboard")
    contact = world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]
    assert contact["source"] == "Billboard"
    assert transitions(world)[0][2] == "Billboard"


def test_the_cost_is_frozen_when_the_lead_comes_in(world: World):
    configuration = make_configuration(world.bo)
    send_lead(world.bo, configuration, phoneNumber="+14155550101")
    world.bo.tether.put(f"/lead-management/{configuration['_id']}", {"costPerLead": 20})
    send_lead(world.bo, configuration, phoneNumber="+14155550102")
    assert [row[4] for row in transitions(world)] == [12.5, 20]


def messages(world: World, conversation_id: str) -> list[tuple[Any, ...]]:
    return world.sql(
        "SELECT body, status, provider, channel, recipient FROM messages "
        "WHERE conversation_id = %s ORDER BY id",
        bytes.fromhex(conversation_id),
    )


def test_the_starter_message_is_rendered_queued_and_delivered_by_the_worker(world: World):
    text = "Hi {{firstName}} {{contact.lastName}}, {{missing | friend}}: {{size}}? {{source}}"
    configuration = make_configuration(world.bo, starterMessage=text)
    body = {"configurationId": configuration["_id"], **JANE, "size": "{{email}}"}
    answer = world.bo.tether.post("/webhook/outreach", body, 200)
    assert answer["message"] == "Data processed successfully and message sent."
    expected = "Hi Jane Doe, friend: {{email}}? Facebook Lead Ad"
    conversation_id = answer["data"]["conversationId"]
    queued = messages(world, conversation_id)
    assert queued == [(expected, "queued", None, "sms", "+14155550133")]
    assert world.run_jobs() == 1
    sent = messages(world, conversation_id)
    assert sent == [(expected, "sent", "recorder", "sms", "+14155550133")]
    assert world.run_jobs() == 0


def test_a_lead_without_phone_is_greeted_by_e_mail(world: World):
    configuration = make_configuration(world.bo, starterMessage="Hello")
    data = send_lead(world.bo, configuration, email="jane@example.com")
    assert messages(world, data["conversationId"])[0][3:] == ("email", "jane@example.com")


def test_workflows_alone_means_no_starter_message_and_no_autopilot(world: World):
    configuration = make_configuration(
        world.bo, starterMessage="Hello", useWorkflowOnly=True, isAutopilot=True
    )
    data = send_lead(world.bo, configuration)
    assert messages(world, data["conversationId"]) == []
    assert world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]["isAutopilot"] is False


def test_an_inactive_configuration_is_refused_with_the_documented_message(world: World):
    configuration = make_configuration(world.bo, status="inactive")
    body = {"configurationId": configuration["_id"], **JANE}
    answer = world.bo.tether.post("/webhook/outreach", body, 400)
    assert answer == {
        "success": False,
        "message": "Configuration is inactive and cannot process outreach requests",
    }
    assert world.ada.close.get("/lead/")["data"] == []


def test_other_peoples_and_unknown_configurations_are_not_found(world: World):
    configuration = make_configuration(world.bo)
    for person in (world.cy, world.ada, world.eve):
        body = {"configurationId": configuration["_id"], **JANE}
        answer = person.tether.post("/webhook/outreach", body, 404)
        assert answer == {"success": False, "message": "Configuration not found"}
    for unknown in ("0" * 24, "nonsense"):
        world.bo.tether.post("/webhook/outreach", {"configurationId": unknown, **JANE}, 404)


def test_a_configuration_is_required(world: World):
    answer = world.bo.tether.post("/webhook/outreach", JANE, 400)
    assert answer == {"success": False, "message": "configurationId is required"}


def test_only_api_keys_are_taken(world: World):
    configuration = make_configuration(world.bo)
    body = {"configurationId": configuration["_id"], **JANE}
    world.nobody.tether.post("/webhook/outreach", body, 401)
    world.bo.session.post("/webhook/outreach", body, 401)
    wrong = Api(world.client, "/api", "Bearer user_nonsense")
    wrong.post("/webhook/outreach", body, 401)


def test_every_wrong_field_is_named_and_nothing_is_kept(world: World):
    configuration = make_configuration(world.bo)
    body = {
        "configurationId": configuration["_id"],
        "phoneNumber": "12",
        "email": "not an address",
        "firstName": ["Jane"],
        "applications": "none",
        "size": "L",
    }
    answer = world.bo.tether.post("/webhook/outreach", body, 400)
    named = {entry["field"] for entry in answer["errors"]}
    assert named == {"phoneNumber", "email", "firstName", "applications"}
    nameless = {"configurationId": configuration["_id"], "firstName": "Jane"}
    world.bo.tether.post("/webhook/outreach", nameless, 400)
    assert world.sql(
        "SELECT count(*) FROM custom_fields WHERE organization_id = %s", world.bo.organization_id
    ) == [(0,)]


def test_a_lead_that_close_made_counts_for_the_first_configuration_that_takes_it_in(world: World):
    contact = {"name": "Jane Doe", "phones": [{"phone": "+14155550133", "type": "mobile"}]}
    lead = world.ada.close.post("/lead/", {"name": "Doe Inc", "contacts": [contact]}, 200)
    configuration = make_configuration(world.bo)
    data = send_lead(world.bo, configuration)
    assert f"cont_{data['contactId']}" == lead["contacts"][0]["id"]
    assert data["mergeOutcome"] == "updated"
    assert transitions(world) == [
        (None, "New Lead", "Unassigned", False, None),
        (None, "New Lead", "Facebook Lead Ad", True, 12.5),
    ]
    second = make_configuration(world.cy, source="Zillow")
    send_lead(world.cy, second)
    assert len(transitions(world)) == 2


def test_an_idempotency_key_brings_back_the_first_answer(world: World):
    configuration = make_configuration(world.bo, allowRecontact=True, starterMessage="Hi")
    body = {"configurationId": configuration["_id"], **JANE}
    headers = {"Idempotency-Key": "form-17"}
    first = world.bo.tether.post("/webhook/outreach", body, 200, headers=headers)
    assert world.bo.tether.post("/webhook/outreach", body, 200, headers=headers) == first
    assert len(messages(world, first["data"]["conversationId"])) == 1


def test_the_process_of_the_configuration_drives_the_contact(world: World):
    prompt = make_prompt(world.bo, "Mortgage assistant")
    data = send_lead(world.bo, make_configuration(world.bo, defaultProcess=prompt))
    contact = world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]
    assert contact["process"] == prompt


def test_an_adopted_lead_keeps_the_source_that_it_has(world: World):
    add(world.bo, **JANE, source="Trade fair")
    configuration = make_configuration(world.bo)
    data = send_lead(world.bo, configuration, **JANE, source="Billboard")
    contact = world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]
    assert (contact["source"], contact["outreachConfigId"]) == ("Trade fair", configuration["_id"])
    assert transitions(world) == [
        (None, "New Lead", "Trade fair", False, None),
        (None, "New Lead", "Trade fair", True, 12.5),
    ]


def test_an_adopted_lead_without_a_source_gets_that_of_the_payload(world: World):
    add(world.bo, **JANE)
    data = send_lead(world.bo, make_configuration(world.bo), **JANE, source="Billboard")
    contact = world.bo.tether.get(f"/contacts/{data['contactId']}")["data"]
    assert contact["source"] == "Billboard"


def test_a_retired_stage_gives_way_to_the_first_of_its_pipeline(world: World):
    renewals = add_pipeline(world, "Contact", "Renewals", "Start", "Due", "Done")
    stages = stages_of(renewals)
    configuration = make_configuration(
        world.bo,
        pipelineId=renewals["_id"],
        initialStage="Due",
        pipelineStage="Done",
        allowRecontact=True,
    )
    # Nobody can retire a stage that a configuration names; histories from elsewhere may have.
    retire = "UPDATE stages SET is_active = false WHERE id = %s"
    world.sql(retire, bytes.fromhex(stages["Due"]))
    data = send_lead(world.bo, configuration)
    path = f"/contacts/{data['contactId']}"
    assert world.bo.tether.get(path)["data"]["pipelineStage"] == stages["Start"]
    send_lead(world.bo, configuration)
    assert world.bo.tether.get(path)["data"]["pipelineStage"] == stages["Done"]
    world.sql(retire, bytes.fromhex(stages["Done"]))
    send_lead(world.bo, configuration)
    assert world.bo.tether.get(path)["data"]["pipelineStage"] == stages["Start"]
