"""The catalogue: what can be searched for, by which fields, and what hangs on what.

Nouns and fields have the names that Close gives them, so that both ways to ask find them at once.
Values of opportunities are in minor units (cents). A noun that nothing is stored of yet has no
objects: there is none that fits, and whatever is asked not to have one fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadline.features.calls.tables import CALLS
from leadline.features.contacts.tables import CONTACTS
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS
from leadline.features.form_submissions.tables import FORM_SUBMISSIONS
from leadline.features.notes.tables import NOTES
from leadline.features.opportunities.tables import OPPORTUNITIES
from leadline.features.opportunities.value import annualized_sql, expected_sql
from leadline.features.status_changes.tables import LEAD_STATUS_CHANGES, OPPORTUNITY_STATUS_CHANGES
from leadline.features.tasks.tables import TASK_COMPLETIONS, TASKS
from leadline.kernel.errors import RefusedError
from leadline.reporting.search.lead_fields import LEAD
from leadline.reporting.search.nouns import (
    DATES,
    DUE,
    HAPPENED,
    OF_USER,
    ON_CONTACT,
    ON_LEAD,
    ORGANIZATION,
    PEOPLE,
    FieldSpec,
    NounSpec,
    choice,
    flag,
    moment,
    number,
    of_stage,
    original_stage,
    reference,
    stored_in,
    text,
    with_article,
)

_LEAD_AND_CONTACT = {"lead": "{a}.lead_id", "contact": "{a}.contact_id"}

_CONTACT = stored_in(
    CONTACTS,
    {
        **DATES,
        **PEOPLE,
        **ON_LEAD,
        "name": text("{a}.name"),
        "title": text("{a}.title"),
        "timezone": choice("{a}.time_zone"),
        "emails_count": number("jsonb_array_length({a}.emails)"),
        "phones_count": number("jsonb_array_length({a}.phones)"),
        "urls_count": number("jsonb_array_length({a}.urls)"),
    },
    where=ORGANIZATION + " AND NOT {a}.is_placeholder",
    texts=("{a}.name", "{a}.title"),
)


def _method(kind: str, name: str) -> NounSpec:
    """E-mail addresses or phones, from where a contact is found by them; an index helps."""
    label = (
        f"(SELECT i.item ->> 'type' FROM jsonb_array_elements({{p}}.{kind}s) AS i(item) "
        "WHERE i.item ->> 'value' = {a}.value LIMIT 1)"
    )
    return NounSpec(
        part_of="contact",
        source="contact_methods {a}",
        where=ORGANIZATION + f" AND {{a}}.contact_id = {{p}}.id AND {{a}}.kind = '{kind}'",
        fields={
            name: FieldSpec("text", "{a}.value", is_lower=True, is_phone=kind == "phone"),
            "type": choice(label),
        },
        texts=("{a}.value",),
    )


def _item(noun: str, column: str, **fields: str) -> NounSpec:
    """Objects that stand in a list on the row of another."""
    specs = {name: text(f"{{a}}.item ->> '{key}'") for name, key in fields.items()}
    return NounSpec(
        part_of=noun,
        source=f"jsonb_array_elements({{p}}.{column}) AS {{a}}(item)",
        where="true",
        fields=specs,
        texts=tuple(spec.sql for name, spec in specs.items() if name not in ("type", "label")),
    )


_OPPORTUNITY = stored_in(
    OPPORTUNITIES,
    {
        **DATES,
        **PEOPLE,
        **ON_LEAD,
        **ON_CONTACT,
        **OF_USER,
        "status_id": reference("{a}.stage_id"),
        "status_label": of_stage("stage_id", "name"),
        "status_type": of_stage("stage_id", "type"),
        "original_status_id": original_stage(
            "t.lead_id = {a}.lead_id AND t.opportunity_id = {a}.id", "opportunity"
        ),
        "pipeline_id": reference("{a}.pipeline_id"),
        "value": number("{a}.value_minor"),
        "value_period": choice("{a}.value_period"),
        "expected_value": number(expected_sql("{a}.value_minor", "{a}")),
        "annualized_value": number(annualized_sql("{a}")),
        "confidence": number("{a}.confidence"),
        "note": text("{a}.note"),
        "date_won": FieldSpec("day", "{a}.won_on"),
        "date_lost": moment("{a}.lost_at"),
    },
    texts=("{a}.note", "{a}.name"),
)
_TASK = stored_in(
    TASKS,
    {
        **DATES,
        **PEOPLE,
        **ON_LEAD,
        **ON_CONTACT,
        "type": choice("{a}.type"),
        "assigned_to": reference("{a}.assigned_to"),
        "user_id": reference("{a}.assigned_to"),
        "text": text("{a}.text"),
        "priority": choice("{a}.priority"),
        "is_complete": flag("{a}.is_complete"),
        "is_dateless": flag("({a}.due_on IS NULL AND {a}.due_at IS NULL)"),
        "date": FieldSpec("due", DUE, day="{a}.due_on"),
        "due_date": FieldSpec("due", DUE, day="{a}.due_on"),
    },
    texts=("{a}.text",),
)
_ACTIVITY = {**DATES, **PEOPLE, **ON_LEAD, **ON_CONTACT, **OF_USER, **HAPPENED}


def _happened_when(direction: str) -> str:
    return f"CASE WHEN {{a}}.direction = '{direction}' THEN {{a}}.happened_at END"


# How a call ended technically, as far as what was logged tells.
_DISPOSITION = (
    "CASE WHEN {a}.status = 'completed' AND {a}.duration_s > 0 THEN 'answered' "
    "WHEN {a}.status IN ('no-answer', 'busy') THEN {a}.status "
    "WHEN {a}.status = 'failed' THEN 'error' END"
)
_CALL = stored_in(
    CALLS,
    {
        **_ACTIVITY,
        "direction": choice("{a}.direction"),
        "status": choice("{a}.status"),
        "disposition": choice(_DISPOSITION),
        "incoming_call_date": moment(_happened_when("inbound")),
        "outgoing_call_date": moment(_happened_when("outbound")),
        "duration": number("{a}.duration_s"),
        "phone": FieldSpec("text", "{a}.phone", is_phone=True),
        "note": text("{a}.note"),
        "outcome_id": reference("{a}.outcome_id"),
        "has_recording": flag("({a}.recording_url IS NOT NULL)"),
        "source": choice("{a}.source"),
    },
    texts=("{a}.note",),
)
_NOTE = stored_in(
    NOTES,
    {
        **_ACTIVITY,
        "title": text("{a}.title"),
        "note": text("{a}.note"),
        "pinned": flag("({a}.pinned_at IS NOT NULL)"),
    },
    texts=("{a}.title", "{a}.note"),
)


# Of e-mails only text, direction and fate are stored: none is made of a template, or seen opened.
_OF_EMAIL = {
    "date_sent": moment("{a}.created_at"),
    "has_reply": flag(
        "({a}.direction = 'outbound' AND EXISTS (SELECT 1 FROM messages {a}_r "
        "WHERE {a}_r.organization_id = %(organization_id)s AND {a}_r.channel = {a}.channel "
        "AND {a}_r.conversation_id = {a}.conversation_id AND {a}_r.direction = 'inbound' "
        "AND {a}_r.created_at > {a}.created_at))"
    ),
    "opened": flag("false"),
    "opens_count": number("0"),
    "subject": text("NULL::text"),
    "template": text("NULL::text"),
    "template_id": reference("NULL::bytea"),
}


def _message(channel: str, fields: Mapping[str, FieldSpec] = MappingProxyType({})) -> NounSpec:
    return NounSpec(
        table="messages",
        source="messages {a} JOIN conversations {a}_v ON "
        "{a}_v.organization_id = {a}.organization_id AND {a}_v.id = {a}.conversation_id "
        "JOIN contacts {a}_c ON {a}_c.organization_id = {a}.organization_id "
        "AND {a}_c.id = {a}_v.contact_id",
        where=ORGANIZATION + f" AND {{a}}.channel = '{channel}'",
        fields={
            **DATES,
            **OF_USER,
            "lead_id": reference("{a}_c.lead_id"),
            "contact_id": reference("{a}_v.contact_id"),
            "activity_at": moment("{a}.created_at"),
            "date": moment("{a}.created_at"),
            "direction": choice("{a}.direction"),
            "status": choice("{a}.status"),
            "text": text("{a}.body"),
            "body": text("{a}.body"),
            **fields,
        },
        keys={"lead": "{a}_c.lead_id", "contact": "{a}_v.contact_id"},
        texts=("{a}.body",),
    )


_CUSTOM_ACTIVITY = stored_in(
    CUSTOM_ACTIVITIES,
    {
        **_ACTIVITY,
        "custom_activity_type_id": reference("{a}.type_id"),
        "status": choice("{a}.status"),
        "date_published": moment("{a}.published_at"),
    },
)
_FORM_SUBMISSION = stored_in(
    FORM_SUBMISSIONS,
    {
        **DATES,
        **HAPPENED,
        **ON_LEAD,
        **ON_CONTACT,
        "form_id": reference("{a}.form_id"),
        "form_name": text("{a}.form_name"),
    },
    texts=("{a}.form_name",),
)
_CHANGE = {
    **DATES,
    **PEOPLE,
    **ON_LEAD,
    **OF_USER,
    **HAPPENED,
    "old_status_id": reference("{a}.old_stage_id"),
    "old_status_label": choice("{a}.old_stage_name"),
    "old_status": choice("{a}.old_stage_name"),
    "new_status_id": reference("{a}.new_stage_id"),
    "new_status_label": choice("{a}.new_stage_name"),
    "new_status": choice("{a}.new_stage_name"),
}
_LEAD_STATUS_CHANGE = stored_in(LEAD_STATUS_CHANGES, _CHANGE)
_OPPORTUNITY_STATUS_CHANGE = stored_in(
    OPPORTUNITY_STATUS_CHANGES,
    {
        **_CHANGE,
        "opportunity_id": reference("{a}.opportunity_id"),
        "old_status_type": choice("{a}.old_stage_type"),
        "new_status_type": choice("{a}.new_stage_type"),
        "opportunity_value": number("{a}.value_minor"),
        "opportunity_confidence": number("{a}.confidence"),
    },
)
_TASK_COMPLETED = stored_in(
    TASK_COMPLETIONS,
    {
        **_ACTIVITY,
        "task_id": reference("{a}.task_id"),
        "task_text": text("{a}.task_text"),
        "task_assigned_to": reference("{a}.task_assigned_to"),
    },
    texts=("{a}.task_text",),
)
_CUSTOM_OBJECT = stored_in(
    CUSTOM_OBJECTS,
    {
        **DATES,
        **PEOPLE,
        **ON_LEAD,
        "name": text("{a}.name"),
        "custom_object_type_id": reference("{a}.type_id"),
    },
    texts=("{a}.name",),
)
# Nothing is stored of these, so that their fields are never looked at; but they can be named.
_NOTHING = "NULL"
_NOT_STORED = NounSpec(
    keys=_LEAD_AND_CONTACT,
    fields={
        **_ACTIVITY,
        "status": choice(_NOTHING),
        "direction": choice(_NOTHING),
        "title": text(_NOTHING),
        "text": text(_NOTHING),
        "duration": number(_NOTHING),
        "outcome_id": reference(_NOTHING),
        "starts_at": moment(_NOTHING),
        "ends_at": moment(_NOTHING),
    },
)

CATALOGUE: dict[str, NounSpec] = {
    "lead": LEAD,
    "contact": _CONTACT,
    "contact_email": _method("email", "email"),
    "contact_phone": _method("phone", "phone"),
    "contact_url": _item("contact", "urls", url="value", type="type"),
    "address": _item(
        "lead",
        "addresses",
        **{
            name: name
            for name in ("address_1", "address_2", "city", "state", "zipcode", "country", "label")
        },
    ),
    "opportunity": _OPPORTUNITY,
    "task": _TASK,
    "call": _CALL,
    "email": _message("email", _OF_EMAIL),
    "sms": _message("sms"),
    "note": _NOTE,
    "meeting": _NOT_STORED,
    "whatsapp_message": _NOT_STORED,
    "sequence_subscription": _NOT_STORED,
    "custom_activity": _CUSTOM_ACTIVITY,
    "form_submission": _FORM_SUBMISSION,
    "lead_status_change": _LEAD_STATUS_CHANGE,
    "opportunity_status_change": _OPPORTUNITY_STATUS_CHANGE,
    "task_completed": _TASK_COMPLETED,
    "custom_object": _CUSTOM_OBJECT,
}


def spec_of(noun: str) -> NounSpec:
    """What is known of a noun; RefusedError when there is no such noun."""
    found = CATALOGUE.get(noun)
    if found is None:
        raise RefusedError(f"There is no object type {noun[:100]}.")
    return found


def field_of(noun: str, name: str) -> FieldSpec:
    """A field of a noun; RefusedError when there is none of that name."""
    found = spec_of(noun).fields.get(name)
    if found is None:
        raise RefusedError(f"{with_article(noun).capitalize()} has no field {name[:100]}.")
    return found


def link_between(noun: str, related: str) -> str | None:
    """The condition under which ``{r}`` hangs on ``{p}``; None when the nouns are not related."""
    one, other = spec_of(noun), spec_of(related)
    if other.part_of:
        return "true" if other.part_of == noun else None
    if noun in other.keys:
        return other.keys[noun].replace("{a}", "{r}") + " = {p}.id"
    if related in one.keys:
        return "{r}.id = " + one.keys[related].replace("{a}", "{p}")
    return None
