"""Web addresses: http and https only, since they are shown as links to click on."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MAX_LENGTH = 2000
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST = re.compile(r"\w[\w-]*(\.\w[\w-]*)*|[0-9a-f]*:[0-9a-f:.]+", re.IGNORECASE)
_NEVER = re.compile(r"[\s\x00-\x1f\x7f<>\"\\]")


def normalise(text: str) -> str | None:
    """The address with its scheme (``http://`` where none is given), or None when it is none.

    Without a scheme a single word is no address.
    """
    address = text.strip()
    if len(address) > MAX_LENGTH or _NEVER.search(address):
        return None
    if not _SCHEME.match(address):
        if "." not in address and not address.startswith("localhost"):
            return None
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port  # a port that is no number raises
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and "@" not in parts.netloc
    return address if is_web and _HOST.fullmatch(host) else None
