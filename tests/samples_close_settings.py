"""What the Close operations on people and settings need: see ``tests/samples_close.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadline.features.api_keys.actions import create_api_key
from tests.close.making import UNKNOWN
from tests.samples_tether import make_member
from tests.things import Sample, Things


def _made(things: Things, path: str, body: Any) -> str:
    found: str = things.world.ada.close.post(path, body)["id"]
    return found


def _membership(things: Things) -> str:
    body = {"email": f"{things.word()}@example.com", "role_id": "user"}
    return _made(things, "/membership/", body)


def _organization(things: Things) -> str:
    found: str = things.world.ada.close.get("/me/")["organizations"][0]["id"]
    things.ids.add(found.removeprefix("orga_"))
    return found


def _api_key(things: Things) -> str:
    """No operation makes a second key: the command line does it in this way."""
    world = things.world

    async def add() -> None:
        scope = await world.services.authentication.scope_of_key(world.ada.api_key)
        async with world.services.database.writing(scope) as unit:
            await create_api_key(unit, scope.require_user())

    world.call(add)
    found: str = world.ada.close.get("/api_key/")["data"][0]["id"]
    return found


def _in_group(things: Things) -> str:
    user_id = f"user_{make_member(things)}"
    things.ids.add(user_id.removeprefix("user_"))
    group_id = things("close.group")
    things.world.ada.close.post(f"/group/{group_id}/member/", {"user_id": user_id}, 201)
    return user_id


def _link(things: Things) -> Any:
    return {"name": things.word(), "type": "lead", "url": "https://example.com/?q={{lead.name}}"}


def _template(things: Things) -> Any:
    return {
        "name": things.word(),
        "subject": "Hello {{ contact.first_name }}",
        "body": "Hi {{ contact.first_name | there }}",
        "attachments": [
            {
                "content_type": "image/jpeg",
                "filename": "image.jpg",
                "size": 1108447,
                "url": "https://example.com/image.jpg",
            }
        ],
    }


def _playbook(things: Things) -> Any:
    return {"name": things.word(), "outcome_ids": [things("close.outcome")]}


def _saved_search(things: Things) -> Any:
    """Leads of a name, as in the documented request."""
    condition = {"type": "text", "mode": "full_words", "value": things.word()}
    field = {"type": "regular_field", "object_type": "lead", "field_name": "display_name"}
    queries = [
        {"type": "object_type", "object_type": "lead"},
        {"type": "field_condition", "field": field, "condition": condition},
    ]
    return {"name": things.word(), "s_query": {"query": {"type": "and", "queries": queries}}}


def _unsubscribed(things: Things) -> str:
    email = f"{things.word()}@example.com"
    found: str = things.world.ada.close.post("/unsubscribe/email/", {"email": email})["email"]
    things.ids.add(found)  # what it is known by
    return found


def _send_as(things: Things) -> Any:
    me = f"user_{things.world.ada.user_id.hex()}"
    things.ids.add(me.removeprefix("user_"))
    return {"allowing_user_id": me, "allowed_user_id": things.another("close.user")}


def _sides(things: Things) -> Any:
    body = _send_as(things)
    things.world.ada.close.post("/send_as/", body)
    return body


def _of_a_lead(things: Things) -> Any:
    lead_id = things("close.lead")
    contact = things.world.ada.close.get(f"/lead/{lead_id}/")["contacts"][0]
    things.ids.add(contact["id"].removeprefix("cont_"))
    return {"lead_id": lead_id, "contact_id": contact["id"]}


# By the noun of the operation (``group.get``). Ids as Close spells them.
MAKERS: dict[str, Callable[[Things], str]] = {
    "close.api_key": _api_key,
    "close.blocked_phone_number": lambda t: _made(
        t, "/blocked_phone_number/", {"phone": t.phone(), "reason": "Robocaller"}
    ),
    "close.connected_account": lambda t: f"emailacct_{UNKNOWN}",
    "close.dialer": lambda t: f"dial_{UNKNOWN}",
    "close.email_address": _unsubscribed,
    "close.email_template": lambda t: _made(t, "/email_template/", _template(t)),
    "close.shared_email_template": lambda t: _made(
        t, "/email_template/", {**_template(t), "is_shared": True}
    ),
    "close.group": lambda t: _made(t, "/group/", {"name": t.word()}),
    "close.group_user": _in_group,
    "close.integration_link": lambda t: _made(t, "/integration_link/", _link(t)),
    "close.membership": _membership,
    "close.organization": _organization,
    "close.phone_number": lambda t: _made(t, "/phone_number/request/internal/", {"country": "US"}),
    "close.playbook": lambda t: _made(t, "/playbook/", _playbook(t)),
    "close.saved_search": lambda t: _made(
        t, "/saved_search/", {**_saved_search(t), "is_shared": True}
    ),
    "close.send_as": lambda t: _made(t, "/send_as/", _send_as(t)),
    "close.sms_template": lambda t: _made(t, "/sms_template/", {"name": t.word(), "text": "Hi"}),
    "close.role": lambda t: _made(t, "/role/", {"name": t.word(), "permissions": ["export"]}),
}

SAMPLES: dict[str, Sample] = {
    "close.blocked_phone_number.create": Sample(
        lambda t: {"phone": t.phone(), "reason": "Unwanted Caller"}
    ),
    "close.blocked_phone_number.update": Sample(lambda t: {"reason": "Incessant Robocaller"}),
    "close.blocked_phone_number.update_settings": Sample(
        lambda t: {"reject_anonymous_inbound_calls": True}
    ),
    "close.email_template.create": Sample(_template),
    "close.email_template.render": Sample(
        query=_of_a_lead, path={"id": "close.shared_email_template"}
    ),
    "close.email_template.update": Sample(lambda t: {"is_shared": True}),
    "close.group.add_member": Sample(lambda t: {"user_id": t("close.user")}),
    "close.group.create": Sample(lambda t: {"name": t.word()}),
    "close.group.remove_member": Sample(path={"user_id": "close.group_user"}),
    "close.group.update": Sample(lambda t: {"name": t.word()}),
    "close.integration_link.create": Sample(_link),
    "close.integration_link.update": Sample(lambda t: {"name": "Look up"}),
    "close.membership.create": Sample(
        lambda t: {"email": f"{t.word()}@example.com", "role_id": "restricteduser"}
    ),
    "close.membership.update": Sample(
        lambda t: {"role_id": "superuser", "auto_record_calls": "enabled"}
    ),
    "close.membership.update_many": Sample(
        lambda t: {"_params": {"id__in": t("close.membership")}, "role_id": "user"}
    ),
    "close.membership.update_pinned_views": Sample(
        lambda t: {"saved_view_ids": [t("close.saved_search")]}
    ),
    "close.organization.get": Sample(rows="close.user"),
    "close.organization.update": Sample(lambda t: {"name": "North"}),
    "close.phone_number.request": Sample(lambda t: {"country": "US", "prefix": "650"}),
    "close.phone_number.update": Sample(
        lambda t: {"label": "Mine", "forward_to": t.phone(), "phone_numbers": [t.phone()]}
    ),
    "close.playbook.create": Sample(_playbook),
    "close.playbook.update": Sample(lambda t: {"name": t.word(), "summary_guidance": "Briefly."}),
    "close.role.create": Sample(
        lambda t: {"name": t.word(), "permissions": ["bulk_edit", "export"]}
    ),
    "close.role.update": Sample(lambda t: {"permissions": ["bulk_edit", "view_all_leads"]}),
    "close.saved_search.create": Sample(_saved_search),
    "close.saved_search.update": Sample(
        lambda t: {
            "query": f"name:{t.word()}",
            "sharing_settings": {"user_ids": [t("close.user")], "group_ids": [t("close.group")]},
        }
    ),
    "close.send_as.create": Sample(_send_as),
    "close.send_as.delete_by_user": Sample(query=_sides),
    "close.send_as.update_many": Sample(lambda t: {"allowed_user_ids": [t("close.user")]}),
    "close.sms_template.create": Sample(lambda t: {"name": t.word(), "text": "Hi {{user.name}}"}),
    "close.sms_template.update": Sample(lambda t: {"status": "archived"}),
    "close.unsubscribed_email.create": Sample(lambda t: {"email": f"{t.word()}@example.com"}),
    "close.unsubscribed_email.list": Sample(rows="close.email_address"),
    "close.user.list_availability": Sample(rows="close.user"),
}
