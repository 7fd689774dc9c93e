"""The fields of leads that can be searched: their own, and figures over what stands on them."""

from __future__ import annotations

from leadline.features.contacts.queries import lead_display_name_sql
from leadline.reporting.search.nouns import (
    DATES,
    DUE,
    PEOPLE,
    FieldSpec,
    NounSpec,
    choice,
    counted,
    moment,
    number,
    of_stage,
    original_stage,
    reference,
    text,
)

_ANY_CONTACT = " AND NOT n.is_placeholder"


def _of_stage_type(stage_type: str) -> str:
    return (
        " AND n.stage_id IN (SELECT s.id FROM stages s "
        f"WHERE s.organization_id = %(organization_id)s AND s.type = '{stage_type}')"
    )


def _conversations(what: str, channel: str = "") -> str:
    """A figure over the conversations with the contacts of the lead ``{a}``."""
    of_channel = f" AND v.channel = '{channel}'" if channel else ""
    return (
        f"(SELECT {what} FROM contacts n JOIN conversations v "
        "ON v.organization_id = n.organization_id AND v.contact_id = n.id "
        "WHERE n.organization_id = %(organization_id)s AND n.lead_id = {a}.id" + of_channel + ")"
    )


def _messages(channel: str) -> str:
    return (
        "(SELECT count(*) FROM contacts n JOIN conversations v "
        "ON v.organization_id = n.organization_id AND v.contact_id = n.id JOIN messages m "
        "ON m.organization_id = v.organization_id AND m.conversation_id = v.id "
        "WHERE n.organization_id = %(organization_id)s AND n.lead_id = {a}.id "
        f"AND m.channel = '{channel}')"
    )


def _latest_call(column: str) -> str:
    order = " ORDER BY n.happened_at DESC, n.id DESC LIMIT 1"
    return counted("calls", order, what=f"n.{column}")


_CONTACTS, _CALLS = counted("contacts", _ANY_CONTACT), counted("calls")
_OPPORTUNITIES, _TASKS = counted("opportunities"), counted("tasks")
_EMAILS, _SMS = _messages("email"), _messages("sms")
_LAST_CALL = counted("calls", what="max(n.happened_at)")
_LAST_NOTE = counted("notes", what="max(n.happened_at)")
_LAST_MESSAGE = _conversations("max(v.last_message_at)")
_CHANGES = counted("lead_status_changes", what="max(n.happened_at)")
_OPEN = " AND NOT n.is_complete"


def _in_contacts(column: str) -> str:
    """How many the contacts have of what stands in a list of theirs."""
    return counted(
        "contacts", _ANY_CONTACT, what=f"coalesce(sum(jsonb_array_length(n.{column})), 0)"
    )


_URLS = "(({a}.url IS NOT NULL)::integer + " + _in_contacts("urls") + ")"
_NEXT_TASK = counted("tasks", _OPEN, what=f"min({DUE.replace('{a}', 'n')})")


def _opportunity_figures(name: str, stage_type: str = "") -> dict[str, FieldSpec]:
    """How many a lead has and what they are worth, under the names that are used for it."""
    where = _of_stage_type(stage_type) if stage_type else ""
    count = number(counted("opportunities", where))
    value = number(counted("opportunities", where, what="coalesce(sum(n.value_minor), 0)"))
    return {
        f"num_{name}opportunities": count,
        f"{name}opportunities": count,
        f"{name}opportunity_value": value,
    }


LEAD = NounSpec(
    table="leads",
    fields={
        **DATES,
        **PEOPLE,
        "name": text("{a}.name"),
        "display_name": text(lead_display_name_sql("{a}")),
        "description": text("{a}.description"),
        "url": text("{a}.url"),
        "source": text("{a}.source"),
        "status_id": reference("{a}.stage_id"),
        "status_label": of_stage("stage_id", "name"),
        "original_status_id": original_stage("t.lead_id = {a}.id", "lead"),
        "pipeline_id": reference("{a}.pipeline_id"),
        "user_id": reference("{a}.owner_id"),
        "num_addresses": number("jsonb_array_length({a}.addresses)"),
        "addresses_count": number("jsonb_array_length({a}.addresses)"),
        "all_urls_count": number(_URLS),
        "num_urls": number(_URLS),
        "num_email_addresses": number(_in_contacts("emails")),
        "num_phone_numbers": number(_in_contacts("phones")),
        "num_contacts": number(_CONTACTS),
        "contacts_count": number(_CONTACTS),
        "num_calls": number(_CALLS),
        "calls_count": number(_CALLS),
        "num_notes": number(counted("notes")),
        "num_emails": number(_EMAILS),
        "num_sms": number(_SMS),
        "num_meetings": number("0"),
        "times_communicated": number(f"({_CALLS} + {_EMAILS} + {_SMS})"),
        "num_tasks": number(_TASKS),
        "tasks_count": number(_TASKS),
        "num_incomplete_tasks": number(counted("tasks", _OPEN)),
        "num_upcoming_meetings": number("0"),
        **_opportunity_figures(""),
        **_opportunity_figures("active_", "active"),
        **_opportunity_figures("won_", "won"),
        **_opportunity_figures("lost_", "lost"),
        "opportunities_count": number(_OPPORTUNITIES),
        "first_call_date": moment(counted("calls", what="min(n.happened_at)")),
        "last_call_date": moment(_LAST_CALL),
        "last_call_duration": number(_latest_call("duration_s")),
        "last_call_direction": choice(_latest_call("direction")),
        "last_call_user_id": reference(_latest_call("user_id")),
        "last_note_date": moment(_LAST_NOTE),
        "last_email_date": moment(_conversations("max(v.last_message_at)", "email")),
        "last_sms_date": moment(_conversations("max(v.last_message_at)", "sms")),
        "last_communication_date": moment(f"greatest({_LAST_CALL}, {_LAST_MESSAGE})"),
        "last_activity_date": moment(
            f"greatest({_LAST_CALL}, {_LAST_NOTE}, {_LAST_MESSAGE}, {_CHANGES})"
        ),
        "last_lead_status_change_date": moment(_CHANGES),
        "next_task_date": moment(_NEXT_TASK),
    },
    texts=("{a}.name", "{a}.description", "{a}.url"),
    custom=True,
)
