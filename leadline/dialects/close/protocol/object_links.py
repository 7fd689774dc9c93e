"""What organizations add to each object as Close shows it: filled-in links, unsubscribed addresses.

Both are fetched once for a whole page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

import msgspec

from leadline.features.contacts.tables import Contact
from leadline.features.custom_fields.queries import names_by_key
from leadline.features.custom_fields.tables import FieldNoun
from leadline.features.integration_links.inputs import LinkType
from leadline.features.integration_links.queries import fill_in, list_links
from leadline.features.integration_links.tables import IntegrationLink
from leadline.features.unsubscribed_emails.queries import unsubscribed_among
from leadline.store.unit import Unit

# The nouns whose shapes have custom values by the ids of their fields alone.
_NAMELESS: tuple[FieldNoun, ...] = ("contact", "opportunity")


class LinkShape(TypedDict):
    name: str
    url: str


class Links(msgspec.Struct, frozen=True):
    """All links of the organization, and for each noun the names of custom fields that links may
    name, by the keys of their values."""

    rows: Sequence[IntegrationLink] = ()
    fields: Mapping[str, Mapping[str, str]] = {}

    def __bool__(self) -> bool:
        return bool(self.rows)


class Extras(msgspec.Struct, frozen=True):
    """All links of the organization, and the addresses that are not to be written to."""

    links: Links = Links()
    unsubscribed: frozenset[str] = frozenset()


NO_EXTRAS = Extras()


async def extras_for(unit: Unit, contacts: Iterable[Contact]) -> Extras:
    """What is added to a page of contacts, or of leads with these contacts."""
    emails = (method["value"] for contact in contacts for method in contact.emails)
    return Extras(await _links(unit), frozenset(await unsubscribed_among(unit, emails)))


async def _links(unit: Unit) -> Links:
    found = await list_links(unit)
    fields: dict[str, dict[str, str]] = {
        noun: await names_by_key(unit, noun)
        for noun in _NAMELESS
        if any(f"{noun}.custom" in link.url for link in found)
    }
    return Links(found, fields)


def links_on(links: Links, noun: LinkType, shape: Mapping[str, Any]) -> list[LinkShape]:
    """The links of one object. A placeholder names a key of its shape: ``{{lead.display_name}}``.

    ``email`` and ``phone`` are the first ones of a contact, and on a lead ``contact`` is its first
    one; what belongs to a lead has its id and perhaps its name.
    """
    if not any(link.type == noun for link in links.rows):
        return []
    values = _values(noun, shape, links)
    if noun == "lead":
        for contact in shape["contacts"][:1]:
            values |= _values("contact", contact, links)
        for method in ("email", "phone"):
            if shape[f"primary_{method}"]:
                values[f"lead.primary_{method}"] = shape[f"primary_{method}"][method]
        for address in shape["addresses"][:1]:
            values |= {f"lead.primary_address.{name}": text for name, text in address.items()}
    values.setdefault("lead.id", shape.get("lead_id"))
    values.setdefault("lead.name", shape.get("lead_name"))
    values.setdefault("lead.display_name", shape.get("lead_name"))
    values["organization.id"] = shape.get("organization_id")
    return [{"name": name, "url": url} for name, url in fill_in(links.rows, noun, values)]


def _values(noun: str, shape: Mapping[str, Any], links: Links) -> dict[str, object]:
    """What an object by itself gives: its plain keys, and custom values by name."""
    values: dict[str, object] = {
        f"{noun}.{key}": value
        for key, value in shape.items()
        if isinstance(value, str | int | float)
    }
    custom = shape.get("custom") or {
        name: shape.get(f"custom.cf_{key}") for key, name in links.fields.get(noun, {}).items()
    }
    for name, value in custom.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        values[f"{noun}.custom.{name}"] = shown
    for name, key in (("email", "emails"), ("phone", "phones")):
        if shape.get(key):
            values[f"{noun}.{name}"] = shape[key][0][name]
    if noun == "contact":
        first, _, last = (shape.get("name") or "").strip().partition(" ")
        values |= {"contact.first_name": first, "contact.last_name": last.strip()}
    return values
