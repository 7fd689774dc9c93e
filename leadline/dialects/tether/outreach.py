"""The outreach intake in the Tether dialect: ``/api/webhook/outreach`` and ``/api/outreach``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import msgspec

from leadline.dialects.tether.intake_payloads import CONFIGURATION, read_payload
from leadline.features.lead_sources.queries import active_lead_sources
from leadline.flows.intake import INACTIVE, intake
from leadline.kernel.errors import NotFoundError, RefusedError
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import Right
from leadline.store.unit import Unit
from leadline.wire.operation import Request, operation

TAG = "Outreach"


class OutreachBody(msgspec.Struct, frozen=True, rename="camel"):
    """For the document: the fields that are known. Any other becomes a custom value."""

    configuration_id: str | None = None
    contact_id: str | None = None
    phone_number: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    source: str | None = None
    contacts: dict[str, Any] = {}
    applications: dict[str, Any] = {}
    conversations: dict[str, Any] = {}
    custom_data: dict[str, Any] = {}


class OutreachData(TypedDict):
    contactId: str | None
    applicationId: str | None
    conversationId: str | None
    mergeOutcome: Literal["created", "updated", "matched"]


class OutreachShape(TypedDict):
    success: Literal[True]
    message: str
    warnings: list[str]
    data: OutreachData


async def receive_webhook(request: Request[dict[str, Any]]) -> OutreachShape:
    """The configuration must be named."""
    configuration_id = _configuration_id(request.body)
    if configuration_id is None:
        raise RefusedError("configurationId is required")
    return await _take_in(request, configuration_id)


async def process_outreach(request: Request[dict[str, Any]]) -> OutreachShape:
    """Without a configuration the caller's only active one is meant, or the one of the source."""
    configuration_id = _configuration_id(request.body)
    if configuration_id is None:
        configuration_id = await _usual_configuration(request.unit, request.body.get("source"))
    return await _take_in(request, configuration_id)


async def _take_in(request: Request[dict[str, Any]], configuration_id: bytes) -> OutreachShape:
    payload = read_payload(request.body, configuration_id, request.scope.country)
    taken = await intake(request.unit, payload.incoming)
    message = "Data processed successfully"
    return {
        "success": True,
        "message": f"{message} and message sent." if taken.greeted else message,
        "warnings": payload.warnings,
        "data": {
            "contactId": taken.contact_id.hex() if taken.contact_id else None,
            "applicationId": taken.application_id.hex() if taken.application_id else None,
            "conversationId": taken.conversation_id.hex() if taken.conversation_id else None,
            "mergeOutcome": taken.outcome,
        },
    }


def _configuration_id(body: Mapping[str, Any]) -> bytes | None:
    given = next((body[name] for name in CONFIGURATION if body.get(name)), None)
    if given is None:
        return None
    found = parse_hex(given) if isinstance(given, str) else None
    if found is None:
        raise NotFoundError("configuration")
    return found


async def _usual_configuration(unit: Unit, source: Any) -> bytes:
    active = await active_lead_sources(unit, unit.scope.require_user())
    if isinstance(source, str) and source.strip():
        named = [c for c in active if c.source.lower() == source.strip().lower()]
        active = named or active
    if len(active) == 1:
        return active[0].id
    raise RefusedError("configurationId is required")


_ERRORS = {
    400: INACTIVE,
    401: "Invalid API key",
    404: "Configuration not found",
}

OPERATIONS = (
    operation(
        name="outreach.webhook",
        method="POST",
        path="/api/webhook/outreach",
        summary="Take in a lead for a configuration",
        right=Right.LEAD_INTAKE,
        run=receive_webhook,
        tag=TAG,
        body=dict,
        names={"custom": ""},
        body_schema=OutreachBody,
        answer=OutreachShape,
        needs_key=True,
        errors=_ERRORS,
    ),
    operation(
        name="outreach.process",
        method="POST",
        path="/api/outreach",
        summary="Trigger outreach processing for a lead",
        right=Right.LEAD_INTAKE,
        run=process_outreach,
        tag=TAG,
        body=dict,
        names={"custom": ""},
        body_schema=OutreachBody,
        answer=OutreachShape,
        needs_key=True,
        errors=_ERRORS,
    ),
)
