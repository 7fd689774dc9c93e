"""Reads of integration links, and filling them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from leadline.features.integration_links.tables import INTEGRATION_LINKS, IntegrationLink
from leadline.kernel.placeholders import render
from leadline.store import rows
from leadline.store.unit import Unit


async def list_links(unit: Unit) -> list[IntegrationLink]:
    """All links, oldest first. An organization has few: they are read whole."""
    return await rows.select(unit, INTEGRATION_LINKS, "ORDER BY id")


def fill_in(
    links: Iterable[IntegrationLink], noun: str, values: Mapping[str, object]
) -> list[tuple[str, str]]:
    """The names and addresses of the links of a noun for one object; values are percent-encoded."""
    encoded: dict[str, str] | None = None
    found = []
    for link in links:
        if link.type == noun:
            if encoded is None:
                encoded = {
                    name: quote(str(value), safe="")
                    for name, value in values.items()
                    if value is not None
                }
            found.append((link.name, render(link.url, encoded)))
    return found
