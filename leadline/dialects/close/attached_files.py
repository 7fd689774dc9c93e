"""Files that opportunities and notes refer to, in bodies of the Close dialect."""

from __future__ import annotations

import msgspec

from leadline.dialects.close.contacts import Text
from leadline.features.opportunities.tables import Attachment
from leadline.kernel.errors import Problems
from leadline.platform import web_addresses


class AttachedFileBody(msgspec.Struct, frozen=True, kw_only=True):
    filename: Text
    url: str
    content_type: Text | None = None


def read_attachments(
    given: list[AttachedFileBody] | None,
    before: list[Attachment],
    problems: Problems,
    *,
    at_most: int = 100,
) -> list[Attachment]:
    """Attachments that were there already keep what is known of them."""
    known = {attachment["url"]: attachment for attachment in before}
    if len(given or ()) > at_most:
        words = f"The list must have at most {at_most} entries."
        problems.add("too_long", "attachments", text=words)
    found: list[Attachment] = []
    for place, body in enumerate(given or ()):
        if body.url not in known and web_addresses.normalise(body.url) != body.url:
            problems.add("url", "attachments", place, "url")
        size = known[body.url]["size"] if body.url in known else None
        found.append(
            {
                "content_type": body.content_type or "",
                "filename": body.filename,
                "size": size,
                "url": body.url,
            }
        )
    return found
