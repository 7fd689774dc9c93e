"""What names mean in a search text: fields and their other names, and what hangs on what."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import msgspec

from leadline.reporting.search.fields import CATALOGUE, link_between
from leadline.reporting.search.nouns import FieldSpec
from leadline.reporting.search.tree import Field


class FieldPath(msgspec.Struct, frozen=True):
    """Where a name leads: over related nouns to a field, or to all texts of the last noun."""

    through: tuple[str, ...]
    noun: str
    field: str | None

    @property
    def target(self) -> Field:
        return Field(self.noun, self.field or "")

    @property
    def is_sortable(self) -> bool:
        """Whether it stands on the object itself, and has an order that people expect."""
        return self.spec is not None and not self.through and self.spec.is_sortable

    @property
    def spec(self) -> FieldSpec | None:
        return CATALOGUE[self.noun].fields[self.field] if self.field else None


_DATES = {"created": "date_created", "updated": "date_updated"}
_ACTIVITY = {**_DATES, "user": "user_id"}
_STATUS = {"status": "status_id", "status_label": "status_id", "pipeline": "pipeline_id"}
_ON_CONTACT = {
    "email": "contact_email.email",
    "email_address": "contact_email.email",
    "phone": "contact_phone.phone",
    "phone_number": "contact_phone.phone",
}
_ON_LEAD = {
    "lead": "lead.name",
    "lead_name": "lead.name",
    "company": "lead.name",
    "lead_status": "lead.status_id",
}
_NAMED_CONTACT = {"contact": "contact.name", "contact_name": "contact.name"}
_CHANGES = {
    **_ACTIVITY,
    "old_status": "old_status_id",
    "old_status_label": "old_status_id",
    "new_status": "new_status_id",
    "new_status_label": "new_status_id",
}

# Other names of fields, beside those of the catalogue. A dot leads to a related noun, and a star
# means all its texts.
_OTHER_NAMES: Mapping[str, Mapping[str, str]] = {
    "lead": {
        **_DATES,
        **_STATUS,
        **{name: f"contact.{path}" for name, path in _ON_CONTACT.items()},
        **_NAMED_CONTACT,
        "lead_id": "id",
        "company": "name",
        "lead_name": "name",
        "lead_status": "status_id",
        "lead_status_id": "status_id",
        "user": "user_id",
        "owner": "user_id",
        "website": "url",
        "title": "contact.title",
        "contact_id": "contact.id",
        "opportunity_id": "opportunity.id",
        "address": "address.*",
        **{
            name: f"address.{name}"
            for name in ("address_1", "address_2", "city", "state", "zipcode", "country")
        },
        "note": "note.note",
        "original_lead_status": "original_status_id",
        "original_status": "original_status_id",
        "addresses": "num_addresses",
        "contacts": "num_contacts",
        "calls": "num_calls",
        "emails": "num_emails",
        "email_addresses": "num_email_addresses",
        "meetings": "num_meetings",
        "phones": "num_phone_numbers",
        "phone_numbers": "num_phone_numbers",
        "sms": "num_sms",
        "sms_messages": "num_sms",
        "urls": "num_urls",
        "notes": "num_notes",
        "tasks": "num_tasks",
        "first_call": "first_call_date",
        "last_call": "last_call_date",
        "last_note": "last_note_date",
        "last_email": "last_email_date",
        "last_emailed": "last_email_date",
        "last_sms": "last_sms_date",
        "last_communication": "last_communication_date",
        "last_activity": "last_activity_date",
        "activities": "last_activity_date",
        "last_status_change": "last_lead_status_change_date",
        "last_lead_status_change": "last_lead_status_change_date",
        "next_task": "next_task_date",
    },
    "contact": {
        **_DATES,
        **_ON_CONTACT,
        **_ON_LEAD,
        "contact_id": "id",
        "url": "contact_url.url",
        "email_addresses": "emails_count",
        "phones": "phones_count",
        "phone_numbers": "phones_count",
        "urls": "urls_count",
    },
    "opportunity": {
        **_DATES,
        **_STATUS,
        **_ON_LEAD,
        **_NAMED_CONTACT,
        "opportunity_id": "id",
        "original_status": "original_status_id",
        "user": "user_id",
        "owner": "user_id",
    },
    "task": {
        **_DATES,
        **_ON_LEAD,
        **_NAMED_CONTACT,
        "task_id": "id",
        "_type": "type",
        "user": "assigned_to",
        "assignee": "assigned_to",
        "due": "date",
        "complete": "is_complete",
        "completed": "is_complete",
    },
    "call": {**_ACTIVITY, **_NAMED_CONTACT, "outcome": "outcome_id"},
    "email": {**_ACTIVITY, "sent": "date_sent"},
    "sms": {**_ACTIVITY},
    "note": {**_ACTIVITY, "text": "note"},
    "custom_activity": {**_ACTIVITY, "type": "custom_activity_type_id"},
    "form_submission": {**_DATES, "form": "form_name"},
    "lead_status_change": _CHANGES,
    "opportunity_status_change": _CHANGES,
    "custom_object": {**_DATES, "type": "custom_object_type_id"},
    "contact_email": {"email_address": "email"},
    "contact_phone": {"phone_number": "phone"},
}
# Other names of nouns in clauses such as call(...). "status_change" means a change of the object
# that the clause stands on.
_NOUNS = {
    "addresses": "address",
    "calls": "call",
    "contacts": "contact",
    "custom_activities": "custom_activity",
    "custom_objects": "custom_object",
    "emails": "email",
    "form_submissions": "form_submission",
    "leads": "lead",
    "meetings": "meeting",
    "notes": "note",
    "opportunities": "opportunity",
    "sequence_subscriptions": "sequence_subscription",
    "sequences": "sequence_subscription",
    "sms_messages": "sms",
    "tasks": "task",
    "status_change": "lead_status_change",
    "status_changes": "lead_status_change",
}
_ON_OPPORTUNITY = {
    "status_change": "opportunity_status_change",
    "status_changes": "opportunity_status_change",
}
# Clauses that ask which status an object had at some time, by the noun that has it.
_STATUS_CLAUSES = {
    "lead": ("lead_status", "status"),
    "opportunity": ("opportunity_status", "status"),
}
# What ids of a reference are spelled with. An "id" itself has the prefix of its noun.
_PREFIXES = {
    "lead": "lead",
    "contact": "cont",
    "opportunity": "oppo",
    "task": "task",
    "custom_object": "custobj",
}
_REFERENCES = {
    "status_id": "stat",
    "original_status_id": "stat",
    "old_status_id": "stat",
    "new_status_id": "stat",
    "pipeline_id": "pipe",
    "lead_id": "lead",
    "contact_id": "cont",
    "opportunity_id": "oppo",
    "outcome_id": "outcome",
    "form_id": "form",
    "task_id": "task",
    "template_id": "tmpl",
    "custom_activity_type_id": "actitype",
    "custom_object_type_id": "cotype",
}
_USERS = frozenset(
    {"user_id", "created_by", "updated_by", "assigned_to", "last_call_user_id", "task_assigned_to"}
)


def find_field(noun: str, name: str) -> FieldPath | None:
    """The field that the name means in a condition on that noun."""
    key = "_".join(name.lower().split())
    other = _OTHER_NAMES.get(noun, {}).get(key)
    *through, field = other.split(".") if other else [key]
    last = through[-1] if through else noun
    if field == "*":
        return FieldPath(tuple(through), last, None)
    if field not in CATALOGUE[last].fields:
        return None
    return FieldPath(tuple(through), last, field)


def find_related(noun: str, name: str) -> str | None:
    """The noun that a clause is about, if its objects hang on those that are looked for."""
    key = name.lower()
    names = {**_NOUNS, **_ON_OPPORTUNITY} if noun == "opportunity" else _NOUNS
    related = names.get(key, key)
    if related == noun:
        return related
    known = related in CATALOGUE and link_between(noun, related) is not None
    return related if known else None


def is_status_clause(noun: str, name: str) -> bool:
    """Whether a clause such as ``status(status:Active on:2026-05-01)`` asks what status it had."""
    return name.lower() in _STATUS_CLAUSES.get(noun, ())


def prefix_of(target: Field) -> str:
    """What ids in the field are spelled with."""
    if target.name == "id":
        return _PREFIXES.get(target.noun, "acti")
    return "user" if target.name in _USERS else _REFERENCES[target.name]


def did_you_mean(name: str, names: list[str]) -> str:
    """The end of an error: whether the most similar of these names is meant, if one is similar."""
    lowered = {each.lower(): each for each in reversed(names)}
    found = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    return f' Did you mean "{lowered[found[0]]}"?' if found else ""


def names_of(noun: str) -> list[str]:
    """Every name that a field of the noun has."""
    return [*CATALOGUE[noun].fields, *_OTHER_NAMES.get(noun, {})]


def related_names(noun: str) -> list[str]:
    """Every name that a clause on the noun can have."""
    return [name for name in (*CATALOGUE, *_NOUNS) if find_related(noun, name) is not None]
