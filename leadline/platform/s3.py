"""A bucket of an S3-compatible store: signed forms to upload with, signed links to anything else.

Signature version 4, as the store's makers document it. Whoever has a form or a link talks to the
store itself; this server sends HEAD and DELETE alone, by links of its own.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import http.client
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

_ALGORITHM = "AWS4-HMAC-SHA256"
_TIMEOUT_S = 10
_OWN_LINK = timedelta(seconds=60)


class StorageError(Exception):
    """The store answers something that it should not. The text says what."""


class Bucket(msgspec.Struct, frozen=True):
    """``endpoint`` is the store's address: ``https://s3.eu-central-1.amazonaws.com``."""

    endpoint: str
    name: str
    region: str
    key_id: str
    secret: str

    def upload_form(
        self,
        key: str,
        fields: Mapping[str, str],
        *,
        max_bytes: int,
        now: datetime,
        lifetime: timedelta,
    ) -> tuple[str, dict[str, str]]:
        """Where to POST a file, and the fields of the form; ``fields`` are those of the file."""
        signed = {
            **fields,
            "key": key,
            "x-amz-algorithm": _ALGORITHM,
            "x-amz-credential": f"{self.key_id}/{self._region_of(now)}",
            "x-amz-date": _stamp(now),
        }
        conditions = [{"bucket": self.name}, *({name: text} for name, text in signed.items())]
        policy = write_policy(conditions, max_bytes=max_bytes, until=now + lifetime)
        signature = self.sign(policy, now)
        return self._url("") + "/", {
            **signed,
            "policy": policy,
            "x-amz-signature": signature,
        }

    def link(
        self, method: str, key: str, *, now: datetime, lifetime: timedelta, **more: str
    ) -> str:
        """The address at which ``method`` is allowed for so long. ``more`` goes into the query."""
        url = self._url(key)
        query = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.key_id}/{self._region_of(now)}",
            "X-Amz-Date": _stamp(now),
            "X-Amz-Expires": str(int(lifetime.total_seconds())),
            "X-Amz-SignedHeaders": "host",
            **{name.replace("_", "-"): text for name, text in more.items()},
        }
        listed = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
        parts = urlsplit(url)
        request = "\n".join(
            (method, parts.path, listed, f"host:{parts.netloc}\n", "host", "UNSIGNED-PAYLOAD")
        )
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = "\n".join((_ALGORITHM, _stamp(now), self._region_of(now), digest))
        return f"{url}?{listed}&X-Amz-Signature={self.sign(text, now)}"

    async def size_of(self, key: str, now: datetime) -> int | None:
        """The size of the content, None when there is none."""
        status, length = await asyncio.to_thread(self._ask, "HEAD", key, now)
        if status == 404:
            return None
        if status != 200:
            raise StorageError(f"HEAD of {key} was answered with {status}")
        return int(length)

    async def delete(self, key: str, now: datetime) -> None:
        """Removes the content, if there is any."""
        status, _ = await asyncio.to_thread(self._ask, "DELETE", key, now)
        if status not in (200, 204, 404):
            raise StorageError(f"DELETE of {key} was answered with {status}")

    async def tidy(self) -> None:
        """What was never completed, the store never shows."""

    def sign(self, text: str, now: datetime) -> str:
        """The signature under a text, by the key of that day and region."""
        key = f"AWS4{self.secret}".encode()
        for part in self._region_of(now).split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def _region_of(self, now: datetime) -> str:
        return f"{now:%Y%m%d}/{self.region}/s3/aws4_request"

    def _url(self, key: str) -> str:
        """With the bucket in the path: every store understands that."""
        return f"{self.endpoint}/{quote(f'{self.name}/{key}'.rstrip('/'))}"

    def _ask(self, method: str, key: str, now: datetime) -> tuple[int, str]:
        parts = urlsplit(self.link(method, key, now=now, lifetime=_OWN_LINK))
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        connection = kinds[parts.scheme](parts.netloc, timeout=_TIMEOUT_S)
        try:
            connection.request(method, f"{parts.path}?{parts.query}")
            response = connection.getresponse()
            return response.status, response.headers.get("Content-Length", "0")
        finally:
            connection.close()


def write_policy(conditions: list[dict[str, str]], *, max_bytes: int, until: datetime) -> str:
    """What a form must be like and until when, as text to be signed."""
    policy: dict[str, Any] = {
        "expiration": f"{until:%Y-%m-%dT%H:%M:%S.000Z}",
        "conditions": [*conditions, ["content-length-range", 0, max_bytes]],
    }
    return base64.b64encode(msgspec.json.encode(policy)).decode()


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%SZ}"
