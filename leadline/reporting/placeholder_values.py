"""What placeholders in a message to a contact stand for: the lead, the contact and the sender."""

from __future__ import annotations

from leadline.features.contacts.queries import display_name
from leadline.features.contacts.tables import Contact
from leadline.features.custom_fields.queries import names_by_key
from leadline.features.custom_fields.tables import CustomValues
from leadline.features.leads.tables import Lead
from leadline.features.organizations.queries import get_organization
from leadline.features.pipelines.tables import STAGES
from leadline.features.users.queries import find_member
from leadline.platform import phone_numbers
from leadline.store import rows
from leadline.store.unit import Unit


async def placeholder_values(
    unit: Unit, lead: Lead, lead_name: str, contact: Contact
) -> dict[str, object]:
    """Values by dotted name, as ``contact.first_name``. The sender is the caller.

    Custom values go by ``lead.custom.cf_..`` and by the names of their fields.
    """
    values: dict[str, object] = {
        "lead.name": lead.name or lead_name,
        "lead.display_name": lead_name,
        "lead.description": lead.description,
        "lead.url": lead.url,
        "lead.status_label": (await rows.get(unit, STAGES, lead.stage_id)).name,
        "organization.name": (await get_organization(unit)).name,
        **{
            f"lead.primary_address.{name}": text
            for address in lead.addresses[:1]
            for name, text in address.items()
        },
        **_of_contact(contact),
        **_custom("lead", lead.custom, await names_by_key(unit, "lead")),
        **_custom("contact", contact.custom, await names_by_key(unit, "contact")),
    }
    user_id = unit.scope.user_id
    sender = None if user_id is None else await find_member(unit, user_id)
    if sender is not None:
        values |= {
            "user.first_name": sender.first_name,
            "user.last_name": sender.last_name,
            "user.name": sender.full_name,
            "user.full_name": sender.full_name,
            "user.email": sender.email,
            "user.phone": sender.phone_number,
        }
    return values


def _of_contact(contact: Contact) -> dict[str, object]:
    first, _, last = (contact.name or "").strip().partition(" ")
    phone = contact.phones[0]["value"] if contact.phones else None
    return {
        "contact.name": contact.name,
        "contact.display_name": display_name(contact),
        "contact.first_name": contact.first_name or first,
        "contact.last_name": contact.last_name or last.strip(),
        "contact.title": contact.title,
        "contact.email": contact.emails[0]["value"] if contact.emails else None,
        "contact.phone": phone_numbers.for_people(phone) if phone else None,
    }


def _custom(noun: str, values: CustomValues, names: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in values.items():
        shown = ", ".join(str(each) for each in value) if isinstance(value, list) else value
        found[f"{noun}.custom.cf_{key}"] = shown
        if key in names:
            found[f"{noun}.custom.{names[key]}"] = shown
    return found
