"""Files that are attached by their address, in bodies of the Close dialect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from leadline.dialects.close.protocol.file_links import without_signature
from leadline.features.opportunities.tables import Attachment
from leadline.kernel.errors import Problems
from leadline.kernel.names import check_count
from leadline.platform import web_addresses

MAX_ATTACHMENTS = 100
Text = Annotated[str, Meta(max_length=255)]


class AttachmentBody(msgspec.Struct, frozen=True, kw_only=True):
    filename: Text
    url: str
    content_type: Text | None = None
    size: Annotated[int, Meta(ge=0)] | None = None


def read_attachments(
    given: Sequence[AttachmentBody] | None,
    before: list[Attachment],
    problems: Problems,
    *,
    at_most: int = MAX_ATTACHMENTS,
) -> list[Attachment]:
    """Attachments that were there already keep what is known of them."""
    known = {attachment["url"]: attachment for attachment in before}
    check_count(given or (), at_most, problems, "attachments")
    found: list[Attachment] = []
    for index, body in enumerate(given or ()):
        url = without_signature(body.url)
        if url not in known and web_addresses.normalise(url) != url:
            problems.add("url", "attachments", index, "url")
        found.append(
            {
                "content_type": body.content_type or "",
                "filename": body.filename,
                "size": known[url]["size"] if url in known else body.size,
                "url": url,
            }
        )
    return found
