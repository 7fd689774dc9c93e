"""What organizations add to each object as Close shows it: filled-in links, unsubscribed addresses.

Both are fetched once for a whole page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

import msgspec

from leadline.features.contacts.tables import Contact
from leadline.features.integration_links.inputs import LinkType
from leadline.features.integration_links.queries import fill_in, list_links
from leadline.features.integration_links.tables import IntegrationLink
from leadline.features.unsubscribed_emails.queries import unsubscribed_among
from leadline.store.unit import Unit


class LinkShape(TypedDict):
    name: str
    url: str


class Extras(msgspec.Struct, frozen=True):
    """All links of the organization, and the addresses that are not to be written to."""

    links: Sequence[IntegrationLink] = ()
    unsubscribed: frozenset[str] = frozenset()


NO_EXTRAS = Extras()


async def extras_for(unit: Unit, contacts: Iterable[Contact]) -> Extras:
    """What is added to a page of contacts, or of leads with these contacts."""
    emails = (method["value"] for contact in contacts for method in contact.emails)
    return Extras(await list_links(unit), frozenset(await unsubscribed_among(unit, emails)))


def links_on(
    links: Sequence[IntegrationLink], noun: LinkType, shape: Mapping[str, Any]
) -> list[LinkShape]:
    """The links of one object. A placeholder names a key of its shape: ``{{lead.display_name}}``.

    ``email`` and ``phone`` are the first ones of a contact; what belongs to a lead has its id and
    perhaps its name.
    """
    if not any(link.type == noun for link in links):
        return []
    values: dict[str, object] = {
        f"{noun}.{key}": value
        for key, value in shape.items()
        if isinstance(value, str | int | float)
    }
    for name, key in (("email", "emails"), ("phone", "phones")):
        if shape.get(key):
            values[f"{noun}.{name}"] = shape[key][0][name]
    values.setdefault("lead.id", shape.get("lead_id"))
    values.setdefault("lead.name", shape.get("lead_name"))
    values.setdefault("lead.display_name", shape.get("lead_name"))
    values["organization.id"] = shape.get("organization_id")
    return [{"name": name, "url": url} for name, url in fill_in(links, noun, values)]
