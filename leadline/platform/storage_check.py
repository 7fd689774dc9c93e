"""Tries out where files lie: one is written, read and deleted there."""

from __future__ import annotations

import http.client
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from leadline.platform.file_storage import PARTIAL, FileStorage, Folder
from leadline.platform.s3 import Bucket, StorageError

_CONTENT = b"Leadline was here.\n"
_TIMEOUT_S = 10
_LIFETIME = timedelta(seconds=60)
_CODE = re.compile(rb"<Code>(\w{1,60})</Code>")


def try_storage(storage: FileStorage, now: datetime) -> None:
    """Leaves nothing behind. StorageError says what does not work."""
    if isinstance(storage, Folder):
        try:
            _try_folder(storage)
        except OSError as error:
            raise StorageError(str(error)) from error
    else:
        _try_bucket(storage, now)


def _try_folder(folder: Folder) -> None:
    path = folder.path_of(f".{secrets.token_hex(8)}{PARTIAL}")  # killed, it is tidied up
    incoming = folder.begin()
    try:
        incoming.write(_CONTENT)
        incoming.keep(path)
        _check_content(path.read_bytes())
    finally:
        incoming.discard()
        path.unlink(missing_ok=True)


def _try_bucket(bucket: Bucket, now: datetime) -> None:
    key = f"doctor/{secrets.token_hex(8)}"
    url, fields = bucket.upload_form(
        key,
        {"Content-Type": "text/plain", "success_action_status": "201"},
        max_bytes=len(_CONTENT),
        now=now,
        lifetime=_LIFETIME,
    )
    boundary = secrets.token_hex(16)
    media = f"multipart/form-data; boundary={boundary}"
    _ask("writing", "POST", url, _form(boundary, fields), media)
    try:
        link = bucket.link(
            "GET",
            key,
            now=now,
            lifetime=_LIFETIME,
            response_content_disposition="attachment",
            response_content_type="text/plain",
        )
        _check_content(_ask("reading", "GET", link))
    finally:
        _ask("deleting", "DELETE", bucket.link("DELETE", key, now=now, lifetime=_LIFETIME))


def _form(boundary: str, fields: dict[str, str]) -> bytes:
    """The fields, and then the file."""
    named = {f'"{name}"': text.encode() for name, text in fields.items()}
    named['"file"; filename="probe"'] = _CONTENT
    parts = (
        f"--{boundary}\r\nContent-Disposition: form-data; name={name}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in named.items()
    )
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def _ask(what: str, method: str, url: str, body: bytes = b"", media: str = "") -> bytes:
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[parts.scheme](parts.netloc, timeout=_TIMEOUT_S)
    try:
        target = parts._replace(scheme="", netloc="").geturl()
        connection.request(method, target, body, {"Content-Type": media} if media else {})
        response = connection.getresponse()
        answer: bytes = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise StorageError(f"{parts.netloc} cannot be reached: {error}") from error
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        code = _CODE.search(answer)
        reason = f" ({code[1].decode()})" if code else ""
        raise StorageError(f"{what} is answered with {response.status}{reason}")
    return answer


def _check_content(found: bytes) -> None:
    if found != _CONTENT:
        raise StorageError("what is read is not what was written")
