"""Every change of an integration link."""

from __future__ import annotations

import re

from leadline.features.integration_links.inputs import IntegrationLinkChange, NewIntegrationLink
from leadline.features.integration_links.tables import INTEGRATION_LINKS, IntegrationLink
from leadline.kernel.errors import Problems
from leadline.kernel.names import read_name
from leadline.kernel.placeholders import render
from leadline.platform import web_addresses
from leadline.store import rows, writes
from leadline.store.unit import Unit

# A scheme and a whole host before anything that comes out of an object: not even its end may.
_HOST = re.compile(r"https?://[^/?#{}\s]+(?:[/?#]|$)")


async def create_integration_link(unit: Unit, new: NewIntegrationLink) -> IntegrationLink:
    """Adds a link."""
    problems = Problems()
    name, url = read_name(new.name, problems), _check_url(new.url, problems)
    problems.stop_if_any()
    row = IntegrationLink(
        **unit.stamps(),
        name=name,
        type=new.type,
        url=url,
    )
    return await writes.insert(unit, INTEGRATION_LINKS, row)


async def update_integration_link(
    unit: Unit, link_id: bytes, change: IntegrationLinkChange
) -> IntegrationLink:
    """Changes what is given."""
    before = await rows.lock(unit, INTEGRATION_LINKS, link_id)
    problems = Problems()
    name = before.name if change.name is None else read_name(change.name, problems)
    url = before.url if change.url is None else _check_url(change.url, problems)
    problems.stop_if_any()
    return await writes.update(
        unit, INTEGRATION_LINKS, before, name=name, type=change.type or before.type, url=url
    )


async def delete_integration_link(unit: Unit, link_id: bytes) -> None:
    """Removes the link."""
    before = await rows.lock(unit, INTEGRATION_LINKS, link_id)
    await writes.delete(unit, INTEGRATION_LINKS, before)


def _check_url(given: str, problems: Problems) -> str:
    """People click on it: it leads to the web, wherever the values of an object may lead."""
    url = given.strip()
    if not url:
        problems.add("required", "url")
    elif not _HOST.match(url) or not web_addresses.normalise(render(url, {})):
        problems.add("url", "url")
    return url
