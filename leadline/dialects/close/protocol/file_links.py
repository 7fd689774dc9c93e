"""Addresses of uploaded files: what they look like, and the signatures that open them for a while.

An address without a signature is for whoever may read the organization's files. What is attached
to something is shown with a signature, so that a browser or a provider can fetch it as it is.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from leadline.dialects.close.protocol.spelling import spell_id
from leadline.features.files.actions import attach_files
from leadline.features.files.queries import signing_secret
from leadline.features.files.tables import File, key_of
from leadline.features.opportunities.tables import Attachment
from leadline.kernel.errors import Problems
from leadline.store.unit import Unit
from leadline.wire.operation import Request

FILES_PATH = "/go/file/"
_LINK = re.compile(rf"https?://[^/?#]+{FILES_PATH}orga_([0-9a-f]{{24}})/file_([0-9a-f]{{24}})/")
_DAY_S = 86400
_NOT_IN_A_PATH = re.compile(r"[/\\]|^\.+$")
_MISSING = "There is no such upload, or nothing has been uploaded, or it is too long ago."


class FileLink(NamedTuple):
    """What an address of ours leads to."""

    organization_id: bytes
    file_id: bytes


def path_of(row: File) -> str:
    """The path of a file. Its name is there for people only."""
    name = quote(_NOT_IN_A_PATH.sub("_", row.filename), safe="")
    organization = spell_id("orga", row.organization_id)
    return f"{FILES_PATH}{organization}/{spell_id('file', row.id)}/{name}/"


def read_link(url: str) -> FileLink | None:
    """The file that an address is of, None when it is not of our form."""
    found = _LINK.match(url)
    return FileLink(*map(bytes.fromhex, found.groups())) if found else None


def without_signature(url: str) -> str:
    """The address as it is kept; addresses that are not of our form stay as they are."""
    return re.split(r"[?#]", url, maxsplit=1)[0] if read_link(url) else url


def is_signed(secret: bytes, link: FileLink, query: Mapping[str, str], now: datetime) -> bool:
    """Whether the query of an address opens the file at this moment."""
    expires = query.get("expires", "")
    if not (expires.isascii() and expires.isdecimal() and len(expires) < 12):
        return False
    good = _signature(secret, link, int(expires))
    given = query.get("signature", "")
    return hmac.compare_digest(good.encode(), given.encode()) and now.timestamp() < int(expires)


def _signature(secret: bytes, link: FileLink, expires: int) -> str:
    return hmac.digest(secret, f"download {key_of(*link)} {expires}".encode(), "sha256").hex()


async def sign_links(unit: Unit, shapes: Sequence[Any]) -> None:
    """Signs the addresses of our files among the attachments of these objects.

    The same at each reading of one day: each is good until the end of the next.
    """
    own = [
        shape
        for shape in shapes
        if any(_is_of(unit, read_link(each["url"])) for each in shape["attachments"])
    ]
    if not own:
        return
    secret = await signing_secret(unit)
    expires = (int(unit.now.timestamp()) // _DAY_S + 2) * _DAY_S

    def signed(attachment: Attachment) -> Attachment:
        link = read_link(attachment["url"])
        if link is None or not _is_of(unit, link):
            return attachment
        query = f"?expires={expires}&signature={_signature(secret, link, expires)}"
        return {**attachment, "url": attachment["url"] + query}

    for shape in own:
        # The list is the row's, so it is not changed but replaced.
        shape["attachments"] = [signed(each) for each in shape["attachments"]]


def _is_of(unit: Unit, link: FileLink | None) -> bool:
    return link is not None and link.organization_id == unit.organization_id


async def connect_files(
    request: Request[Any], found: list[Attachment], problems: Problems
) -> list[Attachment]:
    """Keeps the uploads among attachments for good, and says of them what is known here.

    Addresses of our form must lead to files of this organization that have arrived. They are kept
    as this server is called now, whatever it was called when the file was uploaded.
    """
    links = {index: read_link(each["url"]) for index, each in enumerate(found)}
    own = {index: link for index, link in links.items() if link is not None}
    file_ids = {link.file_id for link in own.values() if _is_of(request.unit, link)}
    files = await attach_files(request.unit, request.services.files, file_ids)
    connected = list(found)
    for index, link in own.items():
        row = files.get(link.file_id) if _is_of(request.unit, link) else None
        if row is None:
            problems.add("not_found", "attachments", index, "url", text=_MISSING)
        else:
            connected[index] = {
                "content_type": row.content_type,
                "filename": found[index]["filename"],
                "size": row.size,
                "url": request.base_url + path_of(row),
            }
    return connected
