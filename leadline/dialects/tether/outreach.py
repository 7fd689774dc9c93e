"""The outreach intake in the Tether dialect: ``/api/webhook/outreach`` and ``/api/outreach``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import msgspec

from leadline.features.lead_sources.queries import active_lead_sources
from leadline.flows.intake import INACTIVE, Incoming, IntakeResult, intake
from leadline.kernel.errors import NotFoundError, Problems, RefusedError
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import Right
from leadline.platform import emails, phone_numbers
from leadline.store.unit import Unit
from leadline.wire.operation import Request, operation

TAG = "Outreach"

_CONFIGURATION = ("configurationId", "configuration_id", "CONFIGURATION_ID")
_CONTACT_ID = ("contactId", "_id", "id")
_TEXTS = {
    "name": ("name", "fullName"),
    "first_name": ("firstName", "first_name"),
    "last_name": ("lastName", "last_name"),
    "email": ("email",),
    "phone": ("phoneNumber", "phone_number", "phone"),
    "source": ("source",),
}
_GROUPS = ("contacts", "applications", "conversations")
_MAX_TEXT = 1000


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


class OutreachData(TypedDict):
    contactId: str | None
    applicationId: str | None
    conversationId: str | None
    mergeOutcome: Literal["created", "updated", "matched"]


class OutreachShape(TypedDict):
    success: Literal[True]
    message: str
    data: OutreachData


async def receive_webhook(request: Request[dict[str, Any]]) -> OutreachShape:
    """The configuration must be named."""
    configuration_id = _configuration_id(request.body)
    if configuration_id is None:
        raise RefusedError("configurationId is required")
    return _answer(await intake(request.unit, _read(request, configuration_id)))


async def process_outreach(request: Request[dict[str, Any]]) -> OutreachShape:
    """Without a configuration the caller's only active one is meant, or the one of the source."""
    configuration_id = _configuration_id(request.body)
    if configuration_id is None:
        configuration_id = await _usual_configuration(request.unit, request.body.get("source"))
    return _answer(await intake(request.unit, _read(request, configuration_id)))


def _answer(taken: IntakeResult) -> OutreachShape:
    message = "Data processed successfully"
    return {
        "success": True,
        "message": f"{message} and message sent." if taken.greeted else message,
        "data": {
            "contactId": taken.contact_id.hex() if taken.contact_id else None,
            "applicationId": taken.application_id.hex() if taken.application_id else None,
            "conversationId": taken.conversation_id.hex() if taken.conversation_id else None,
            "mergeOutcome": taken.outcome,
        },
    }


def _configuration_id(body: Mapping[str, Any]) -> bytes | None:
    given = next((body[name] for name in _CONFIGURATION if body.get(name)), None)
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


def _read(request: Request[dict[str, Any]], configuration_id: bytes) -> Incoming:
    """The payload, raw (flat) or fixed (grouped), or a mix of both; every problem at once."""
    problems = Problems()
    flat = {key: value for key, value in request.body.items() if key not in _CONFIGURATION}
    groups: dict[str, dict[str, Any]] = {}
    for group in _GROUPS:
        value = flat.pop(group, None)
        if value is not None and not isinstance(value, dict):
            problems.add("type", group, text="Value must be of dict type.")
            value = None
        groups[group] = dict(value or {})
    custom_data = flat.pop("customData", None)
    known = {**flat, **groups["contacts"]}
    texts = {field: _text(known, names, problems) for field, names in _TEXTS.items()}
    contact_id = _contact_id(known, problems)
    reserved = {name for names in (*_TEXTS.values(), _CONTACT_ID) for name in names}
    email, phone = texts["email"], texts["phone"]
    if email and (email := emails.normalise(email)) is None:
        problems.add("email", "email")
    if phone and (phone := phone_numbers.to_e164(phone, request.scope.country)) is None:
        problems.add("phone", "phoneNumber")
    if not problems.found and not (phone or email or contact_id):
        words = "phoneNumber or email is required unless contactId is supplied"
        problems.add("required", "phoneNumber", text=words)
    problems.stop_if_any()
    extras = {**flat, **(custom_data if isinstance(custom_data, dict) else {})}
    return Incoming(
        configuration_id=configuration_id,
        contact_id=contact_id,
        name=texts["name"],
        first_name=texts["first_name"],
        last_name=texts["last_name"],
        email=email,
        phone=phone,
        source=texts["source"],
        extras=_filled(extras, reserved),
        contact_values=_filled(groups["contacts"], reserved),
        application_values=_filled(groups["applications"], set()),
        conversation_values=_filled(groups["conversations"], set()),
    )


def _text(known: Mapping[str, Any], names: tuple[str, ...], problems: Problems) -> str | None:
    """The first of these fields that has a value; numbers count as text."""
    for name in names:
        value = known.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            problems.add("type", name, text="Value must be of str type.")
        elif len(value) > _MAX_TEXT:
            problems.add("too_long", name)
        elif value.strip():
            return value.strip()
    return None


def _contact_id(known: Mapping[str, Any], problems: Problems) -> bytes | None:
    for name in _CONTACT_ID:
        value = known.get(name)
        if value is None or value == "":
            continue
        found = parse_hex(value) if isinstance(value, str) else None
        if found is None:
            problems.add("not_found", name)
        return found
    return None


def _filled(values: Mapping[str, Any], reserved: set[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name not in reserved and value is not None and value != ""
    }


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
