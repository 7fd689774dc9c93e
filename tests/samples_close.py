"""What the Close operations need: how each thing is made, and a small valid body for each write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.samples_tether import make_member
from tests.things import Sample, Things


def _made(things: Things, path: str, body: Any) -> str:
    found: str = things.world.ada.close.post(path, body)["id"]
    return found


def _contact(things: Things) -> Any:
    return {
        "name": "Jane Doe",
        "emails": [{"email": f"{things.word()}@example.com", "type": "office"}],
        "phones": [{"phone": things.phone()}],
        "urls": [{"url": "https://example.com"}],
    }


def _on_a_lead(things: Things) -> Any:
    return {**_contact(things), "lead_id": things("close.lead")}


def _lead(things: Things) -> Any:
    return {
        "name": things.word(),
        "contacts": [_contact(things)],
        "addresses": [{"city": "Springfield", "country": "US"}],
    }


def _call(things: Things) -> Any:
    return {
        "lead_id": things("close.lead"),
        "outcome_id": things("close.outcome"),
        "direction": "outbound",
        "duration": 60,
        "phone": things.phone(),
    }


def _search(things: Things) -> Any:
    clause = {"type": "object_type", "object_type": "lead"}
    one = {"type": "id", "value": things("close.lead"), "negate": False}
    return {
        "query": {"type": "and", "queries": [clause, one]},
        "_fields": {"lead": ["id", "display_name"]},
        "include_counts": True,
    }


def _task(things: Things) -> Any:
    return {
        "_type": "lead",
        "lead_id": things("close.lead"),
        "text": things.word(),
        "date": "2026-05-18",
        "priority": "high",
    }


def _note(things: Things) -> Any:
    return {
        "lead_id": things("close.lead"),
        "title": things.word(),
        "note_html": "<body><p>They like it.</p></body>",
        "pinned": True,
        "attachments": [{"filename": "a.png", "url": "https://files.example.com/a.png"}],
    }


def _comment(things: Things) -> Any:
    return {"object_id": things("close.note"), "body": f"<body><p>{things.word()}</p></body>"}


def _thread(things: Things) -> str:
    """Each call makes a thread of its own: an object has but one."""
    note = _made(things, "/activity/note/", _note(things))
    body = {"object_id": note, "body": "<body><p>Good.</p></body>"}
    made: str = things.world.ada.close.post("/comment/", body, 201)["thread_id"]
    return made


def _merge(things: Things) -> Any:
    return {"source": things.another("close.lead"), "destination": things.another("close.lead")}


def _merged(things: Things) -> str:
    body = _merge(things)
    things.world.ada.close.post("/lead/merge/", body)
    params = {"lead_id": body["destination"]}
    (made,) = things.world.ada.close.get("/activity/lead_merge/", params=params)["data"]
    found: str = made["id"]
    return found


def _completed(things: Things) -> str:
    _made(things, "/task/", {**_task(things), "is_complete": True})
    found: str = things.world.ada.close.get("/activity/task_completed/")["data"][0]["id"]
    return found


def _field(things: Things) -> Any:
    return {"name": things.word(), "type": "choices", "choices": ["One", "Two"]}


def _activity_field(things: Things) -> Any:
    return {**_field(things), "custom_activity_type_id": things("close.custom_activity_type")}


def _object_field(things: Things) -> Any:
    return {**_field(things), "custom_object_type_id": things("close.custom_object_type")}


def _object_type(things: Things) -> Any:
    return {"name": things.word(), "name_plural": things.word()}


def _bound(object_type: str) -> Callable[[Things], str]:
    """A shared field that is associated with leads, or with a custom activity type."""

    def make(things: Things) -> str:
        made = _made(things, "/custom_field/shared/", _field(things))
        body = {"object_type": object_type}
        if object_type == "custom_activity_type":
            body["custom_activity_type_id"] = things("close.custom_activity_type")
        things.world.ada.close.post(f"/custom_field/shared/{made}/association/", body, 201)
        return made

    return make


_OF_LEADS = {"object_type": "close.word_lead", "shared_custom_field_id": "close.field_of_leads"}
_OF_A_TYPE = {
    "object_type": "close.word_custom_activity_type",
    "type_id": "close.custom_activity_type",
    "shared_custom_field_id": "close.field_of_a_type",
}


def _opportunity(things: Things) -> Any:
    return {
        "lead_id": things("close.lead"),
        "status_id": things("close.opportunity_status"),
        "value": 50_000,
        "value_period": "monthly",
        "note_html": "<body><p>Soon.</p></body>",
        "date_won": "2026-06-01",
        "attachments": [{"filename": "offer.pdf", "url": "https://example.com/offer.pdf"}],
    }


def _opportunity_status(things: Things) -> Any:
    return {"label": things.word(), "pipeline_id": things("close.pipeline")}


def _pipeline(things: Things) -> Any:
    status = things.another("close.opportunity_status")
    return {"name": things.word(), "statuses": [{"id": status}, {"label": "Done", "type": "won"}]}


def _lead_status_change(things: Things) -> Any:
    return {
        "lead_id": things("close.lead"),
        "old_status_id": things("close.lead_status"),
        "new_status_id": things.another("close.lead_status"),
        "date_created": "2025-01-01T09:30:00Z",
    }


def _opportunity_status_change(things: Things) -> Any:
    return {
        "lead_id": things("close.lead"),
        "opportunity_id": things("close.opportunity"),
        "old_status_id": things("close.opportunity_status"),
        "new_status_id": things.another("close.opportunity_status"),
    }


# By the noun of the operation (``outcome.get``). Ids as Close spells them.
MAKERS: dict[str, Callable[[Things], str]] = {
    "close.call": lambda t: _made(t, "/activity/call/", _call(t)),
    "close.activity_custom_field": lambda t: _made(
        t, "/custom_field/activity/", _activity_field(t)
    ),
    "close.contact": lambda t: _made(t, "/contact/", _on_a_lead(t)),
    "close.contact_custom_field": lambda t: _made(t, "/custom_field/contact/", _field(t)),
    "close.custom_activity_type": lambda t: _made(t, "/custom_activity/", {"name": t.word()}),
    "close.custom_object_type": lambda t: _made(t, "/custom_object_type/", _object_type(t)),
    "close.custom_object_type_custom_field": lambda t: _made(
        t, "/custom_field/custom_object_type/", _object_field(t)
    ),
    "close.field_of_a_type": _bound("custom_activity_type"),
    "close.field_of_leads": _bound("lead"),
    "close.lead_custom_field": lambda t: _made(t, "/custom_field/lead/", _field(t)),
    "close.opportunity_custom_field": lambda t: _made(t, "/custom_field/opportunity/", _field(t)),
    "close.shared_custom_field": lambda t: _made(t, "/custom_field/shared/", _field(t)),
    "close.word_custom_activity_type": lambda t: "custom_activity_type",
    "close.word_lead": lambda t: "lead",
    "close.lead": lambda t: _made(t, "/lead/", _lead(t)),
    "close.lead_merge": _merged,
    "close.lead_status": lambda t: _made(t, "/status/lead/", {"label": t.word()}),
    "close.lead_status_change": lambda t: _made(
        t, "/activity/status_change/lead/", _lead_status_change(t)
    ),
    "close.opportunity": lambda t: _made(t, "/opportunity/", _opportunity(t)),
    "close.opportunity_status": lambda t: _made(t, "/status/opportunity/", _opportunity_status(t)),
    "close.opportunity_status_change": lambda t: _made(
        t, "/activity/status_change/opportunity/", _opportunity_status_change(t)
    ),
    "close.pipeline": lambda t: _made(t, "/pipeline/", {"name": t.word()}),
    "close.outcome": lambda t: _made(t, "/outcome/", {"name": t.word()}),
    "close.note": lambda t: _made(t, "/activity/note/", _note(t)),
    "close.comment": lambda t: _made(t, "/comment/", _comment(t)),
    "close.comment_thread": _thread,
    "close.task": lambda t: _made(t, "/task/", _task(t)),
    "close.task_completion": _completed,
    "close.user": lambda t: f"user_{make_member(t)}",
}

SAMPLES: dict[str, Sample] = {
    "close.call.create": Sample(_call),
    "close.data.search": Sample(_search),
    "close.call.update": Sample(lambda t: {"outcome_id": t("close.outcome"), "note": "Good."}),
    **{
        f"close.{noun}_custom_field.{verb}": Sample(make)
        for noun, body in {
            "lead": _field,
            "contact": _field,
            "opportunity": _field,
            "activity": _activity_field,
            "custom_object_type": _object_field,
            "shared": _field,
        }.items()
        for verb, make in {
            "create": body,
            "update": lambda t: {"name": t.word(), "description": "d", "choices": ["Two"]},
        }.items()
    },
    "close.custom_activity_type.create": Sample(lambda t: {"name": t.word()}),
    "close.custom_activity_type.update": Sample(lambda t: {"name": t.word(), "description": "d"}),
    "close.custom_object_type.create": Sample(_object_type),
    "close.custom_object_type.update": Sample(_object_type),
    "close.custom_field_schema.get": Sample(path={"object_type": "close.word_lead"}),
    "close.custom_field_schema.update": Sample(
        lambda t: {"fields": [{"id": t("close.lead_custom_field")}]},
        path={"object_type": "close.word_lead"},
    ),
    "close.custom_field_schema.get_of_type": Sample(path=_OF_A_TYPE),
    "close.custom_field_schema.update_of_type": Sample(
        lambda t: {"fields": [{"id": t("close.activity_custom_field")}]}, path=_OF_A_TYPE
    ),
    "close.shared_custom_field_association.create": Sample(
        lambda t: {"object_type": "contact", "required": False}
    ),
    "close.shared_custom_field_association.get": Sample(path=_OF_LEADS),
    "close.shared_custom_field_association.update": Sample(
        lambda t: {"editable_with_roles": ["admin"]}, path=_OF_LEADS
    ),
    "close.shared_custom_field_association.delete": Sample(path=_OF_LEADS),
    "close.shared_custom_field_association.get_of_type": Sample(path=_OF_A_TYPE),
    "close.shared_custom_field_association.update_of_type": Sample(
        lambda t: {"required": True}, path=_OF_A_TYPE
    ),
    "close.shared_custom_field_association.delete_of_type": Sample(path=_OF_A_TYPE),
    "close.contact.create": Sample(_on_a_lead),
    "close.contact.update": Sample(lambda t: {"title": "Buyer", "lead_id": t("close.lead")}),
    "close.lead.create": Sample(_lead),
    "close.lead.merge": Sample(_merge),
    "close.lead.update": Sample(lambda t: {"name": t.word()}),
    "close.lead_status.create": Sample(lambda t: {"label": t.word(), "color": "#2563eb"}),
    "close.lead_status.update": Sample(lambda t: {"label": t.word()}),
    "close.activity.list": Sample(rows="close.note"),
    "close.note.create": Sample(_note),
    "close.comment.list": Sample(query=lambda t: {"object_id": t("close.note")}),
    "close.comment.create": Sample(_comment),
    "close.comment.update": Sample(lambda t: {"body": f"<body><p>{t.word()}</p></body>"}),
    "close.note.update": Sample(lambda t: {"note": t.word(), "pinned": False}),
    "close.task.create": Sample(_task),
    "close.task.update": Sample(lambda t: {"text": t.word(), "is_complete": True}),
    "close.task.update_all": Sample(
        lambda t: {"_params": {"id__in": t("close.task")}, "is_complete": True}
    ),
    "close.lead_status_change.create": Sample(_lead_status_change),
    "close.opportunity.create": Sample(_opportunity),
    "close.opportunity.update": Sample(
        lambda t: {"status_id": t("close.opportunity_status"), "value": 1, "note": "Soon."}
    ),
    "close.opportunity_status.create": Sample(_opportunity_status),
    "close.opportunity_status.update": Sample(lambda t: {"label": t.word()}),
    "close.opportunity_status_change.create": Sample(_opportunity_status_change),
    "close.pipeline.create": Sample(_pipeline),
    "close.pipeline.update": Sample(_pipeline),
    "close.outcome.create": Sample(lambda t: {"name": t.word(), "applies_to": ["calls"]}),
    "close.outcome.update": Sample(lambda t: {"name": t.word(), "description": "d"}),
}
