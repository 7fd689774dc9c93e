"""What the Tether operations need: how each thing is made, and a small valid body of each write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadline.flows.create_organization import add_member
from leadline.kernel.rights import Role
from tests.cast import PASSWORD
from tests.things import Sample, Things


def _made(things: Things, path: str, body: Any) -> str:
    """Tether's answer to a creation has the object under ``data``."""
    found: str = things.world.ada.tether.post(path, body)["data"]["_id"]
    return found


def _contact(things: Things) -> Any:
    return {"firstName": things.word(), "phoneNumber": things.phone(), "favouriteColour": "blue"}


def _new_contact(things: Things) -> str:
    answer = things.world.ada.tether.post("/contact", _contact(things))
    found: str = answer["contact"]["_id"]
    return found


def _conversation(things: Things) -> str:
    """A lead that is greeted on its arrival has a conversation."""
    ada = things.world.ada
    greeting = {**_lead_source(things), "starterMessage": "Hello {{firstName}}"}
    configuration = _made(things, "/lead-management", greeting)
    lead = {"configurationId": configuration, "firstName": "Jane", "phoneNumber": things.phone()}
    found: str = ada.tether.post("/webhook/outreach", lead)["data"]["conversationId"]
    return found


def _lead(things: Things) -> Any:
    return {
        "configurationId": things("tether.lead_source"),
        "firstName": "Jane",
        "email": f"{things.word()}@example.com",
        "favouriteColour": "blue",
    }


def _lead_source(things: Things) -> Any:
    return {
        "configurationName": things.word(),
        "initialStage": "New Lead",
        "defaultProcess": things("tether.prompt"),
        "source": "Website",
        "costPerLead": 12.5,
    }


def _pipeline(things: Things) -> Any:
    return {"name": things.word(), "stages": [{"newStage": "First"}, {"newStage": "Second"}]}


def _prompt(things: Things) -> Any:
    return {"name": things.word(), "prompt": "Be kind.", "temperature": 0.5}


def _prompt_version(things: Things) -> str:
    versions = f"/prompts/{things('tether.prompt')}/versions"
    body = {"prompt": things.word()}
    found: str = things.world.ada.tether.post(versions, body)["versionId"]
    return found


def _refresh_token(things: Things) -> str:
    ada = things.world.ada
    body = {"email": ada.email, "password": PASSWORD}
    token: str = ada.tether.post("/auth/login", body)["refreshToken"]
    return token


def _session(things: Things) -> str:
    """Where ada has logged in."""
    _refresh_token(things)
    found: str = things.world.ada.tether.get("/user/sessions")[0]["_id"]
    return found


def _account_link(things: Things) -> str:
    """The token that lets an invited person in."""
    body = {"email": f"{things.word()}@example.com", "role_id": "user"}
    made = things.world.ada.close.post("/membership/", body)
    token: str = made["leadline_invitation"]["token"]
    return token


def _renamed_user(things: Things) -> str:
    """Somebody who has asked for another address."""
    found = make_member(things)
    things.world.sql(
        "UPDATE users SET pending_email = %s WHERE id = %s",
        f"{things.word()}@example.com",
        bytes.fromhex(found),
    )
    return found


def _stage(things: Things) -> str:
    """A new stage of the default pipeline."""
    ada = things.world.ada
    pipeline = ada.tether.get("/pipelines")["data"]
    name = things.word()
    stages = [*pipeline["pipelineStages"], {"newStage": name}]
    changed = ada.tether.put(f"/pipelines/{pipeline['_id']}", {"stages": stages})["data"]
    (found,) = [stage["_id"] for stage in changed["pipelineStages"] if stage["name"] == name]
    return str(found)


def _first_stage(things: Things) -> str:
    found: str = things.world.ada.tether.get("/pipelines")["data"]["pipelineStageIds"][0]
    return found


def make_member(things: Things) -> str:
    """No operation makes a user: the command line does it in this way."""
    world = things.world

    async def add() -> bytes:
        scope = await world.services.authentication.scope_of_key(world.ada.api_key)
        async with world.services.database.writing(scope) as unit:
            email = f"{things.word()}.{world.ada.email}"
            made = await add_member(unit, email=email, password_hash="x", role=Role.SALES_REP)
        return made.user_id

    found: bytes = world.call(add)
    return found.hex()


# By the noun of the operation (``prompt.get``) or the name of a path parameter (``{promptId}``).
MAKERS: dict[str, Callable[[Things], str]] = {
    "tether.account_link": _account_link,
    "tether.contact": _new_contact,
    "tether.conversation": _conversation,
    "tether.first_stage": _first_stage,
    "tether.lead_source": lambda t: _made(t, "/lead-management", _lead_source(t)),
    "tether.organization": lambda t: t.world.ada.org,
    "tether.pipeline": lambda t: _made(t, "/pipelines/create", _pipeline(t)),
    "tether.prompt": lambda t: _made(t, "/prompts/create", _prompt(t)),
    "tether.refresh_token": _refresh_token,
    "tether.renamed_user": _renamed_user,
    "tether.session": _session,
    "tether.stage": _stage,
    "tether.user": make_member,
    "tether.version": _prompt_version,
}

SAMPLES: dict[str, Sample] = {
    "tether.contact.list": Sample(query=lambda t: {"size": "100"}),
    "tether.contact.bulk_update_status": Sample(
        lambda t: {
            "contactIds": [t("tether.contact")],
            "status": "New Lead",
            "pipelineStageId": t("tether.first_stage"),
        }
    ),
    "tether.contact.create": Sample(_contact),
    "tether.contact.change": Sample(lambda t: {"_id": t("tether.contact"), "lastName": "Doe"}),
    "tether.contact.patch": Sample(lambda t: {"lastName": "Doe"}),
    "tether.contact.update": Sample(lambda t: {"lastName": "Doe", "favouriteColour": "red"}),
    "tether.conversation.list": Sample(query=lambda t: {"contactId": t("tether.contact")}),
    "tether.conversation.find": Sample(lambda t: {"contactId": t("tether.contact")}),
    "tether.lead_source.create": Sample(_lead_source),
    "tether.lead_source.update": Sample(lambda t: {"configurationName": t.word()}),
    "tether.organization.set_close_stages": Sample(lambda t: {"stages": ["Closed Won"]}),
    "tether.organization.set_gross_profit_config": Sample(
        lambda t: {"entityType": "Contact", "propertyKey": "loanGrossProfit"}
    ),
    "tether.outreach.webhook": Sample(_lead),
    "tether.outreach.process": Sample(_lead),
    "tether.outreach_metrics.history": Sample(
        query=lambda t: {"from": "2026-05-01", "to": "2026-05-31"}
    ),
    "tether.pipeline.save_default": Sample(lambda t: {"description": t.word()}),
    "tether.pipeline.create": Sample(_pipeline),
    "tether.pipeline.update": Sample(lambda t: {"name": t.word()}),
    "tether.pipeline.set_default": Sample(lambda t: {"pipelineId": t("tether.pipeline")}),
    "tether.pipeline.put_default": Sample(lambda t: {"pipelineId": t("tether.pipeline")}),
    "tether.pipeline.reassign_stage": Sample(
        lambda t: {"sourceStageId": t("tether.stage"), "targetStageId": t.another("tether.stage")}
    ),
    "tether.prompt.create": Sample(_prompt),
    "tether.prompt.update": Sample(lambda t: {"prompt": t.word(), "isHidden": True}),
    "tether.prompt.reassign": Sample(
        lambda t: {"promptId": t("tether.prompt"), "targetPromptId": t.another("tether.prompt")}
    ),
    "tether.prompt_version.list": Sample(query=lambda t: {"limit": "100"}, rows="tether.version"),
    "tether.prompt_version.create": Sample(lambda t: {"prompt": t.word(), "title": "Kinder"}),
    "tether.prompt_version.update": Sample(lambda t: {"title": "Kinder"}),
    "tether.session.login": Sample(lambda t: {"email": t.world.bo.email, "password": PASSWORD}),
    "tether.session.end_of_user": Sample(lambda t: {"userId": t("tether.user")}),
    "tether.session.refresh": Sample(lambda t: {"refreshToken": t("tether.refresh_token")}),
    "tether.session.logout": Sample(lambda t: {"refreshToken": t("tether.refresh_token")}),
    "tether.password.change": Sample(
        lambda t: {"oldPassword": PASSWORD, "newPassword": f"{PASSWORD} {t.word()}"}
    ),
    "tether.password.reset": Sample(lambda t: {"userId": t("tether.user")}),
    "tether.password.accept": Sample(
        lambda t: {"token": t("tether.account_link"), "password": f"{PASSWORD} {t.word()}"}
    ),
    "tether.user.confirm_email": Sample(lambda t: {"userId": t("tether.renamed_user")}),
    "tether.user.update_profile": Sample(lambda t: {"fullName": "Somebody Else"}),
}
