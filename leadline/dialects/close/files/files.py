"""Uploading files in the Close dialect: ``/api/v1/files/upload/`` asks where to send one to."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import TypedDict
from urllib.parse import quote

import msgspec

from leadline.dialects.close.protocol.file_links import FILES_PATH, path_of
from leadline.features.files.actions import create_file
from leadline.features.files.queries import signing_secret
from leadline.features.files.tables import File
from leadline.kernel.rights import Right
from leadline.platform.s3 import Bucket, write_policy
from leadline.wire.operation import Request, operation

# Within this time the upload has to begin.
UPLOAD_LIFETIME = timedelta(seconds=60)
# What a browser may show in our name; everything else it shall save. SVG can hold scripts.
SHOWN = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})


class UploadBody(msgspec.Struct, frozen=True, kw_only=True):
    filename: str
    content_type: str


class DownloadShape(TypedDict):
    url: str


class UploadFormShape(TypedDict):
    fields: dict[str, str]
    url: str


class UploadShape(TypedDict):
    """``upload`` says where to POST a form with these fields and, last, the file."""

    download: DownloadShape
    upload: UploadFormShape


def disposition(row: File) -> str:
    """How a browser treats the file: shows it, or saves it under its name."""
    kind = "inline" if row.content_type in SHOWN else "attachment"
    name = quote(row.filename)
    if name == row.filename:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename*=UTF-8''{name}"


def sign_policy(secret: bytes, policy: str) -> str:
    """The signature under the permission to upload one file to this server."""
    return hmac.digest(secret, f"upload {policy}".encode(), "sha256").hex()


def _own_form(
    base_url: str, secret: bytes, fields: dict[str, str], max_bytes: int, now: datetime
) -> tuple[str, dict[str, str]]:
    """Like the form of a bucket, for this server (see ``file_transfer.py``)."""
    conditions = [{name: text} for name, text in fields.items()]
    policy = write_policy(conditions, max_bytes=max_bytes, until=now + UPLOAD_LIFETIME)
    signature = sign_policy(secret, policy)
    return base_url + FILES_PATH, {**fields, "policy": policy, "signature": signature}


async def request_upload(request: Request[UploadBody]) -> UploadShape:
    unit, services, body = request.unit, request.services, request.body
    row = await create_file(unit, filename=body.filename, content_type=body.content_type)
    fields = {
        "Content-Disposition": disposition(row),
        "Content-Type": row.content_type,
        "success_action_status": "201",
    }
    max_bytes = services.settings.max_file_bytes
    if isinstance(services.files, Bucket):
        url, form = services.files.upload_form(
            row.key, fields, max_bytes=max_bytes, now=unit.now, lifetime=UPLOAD_LIFETIME
        )
    else:
        fields["key"] = row.key
        secret = await signing_secret(unit)
        url, form = _own_form(request.base_url, secret, fields, max_bytes, unit.now)
    answer: UploadShape = {
        "download": {"url": request.base_url + path_of(row)},
        "upload": {"fields": form, "url": url},
    }
    return answer


OPERATIONS = (
    operation(
        name="file.upload",
        method="POST",
        path="/api/v1/files/upload/",
        summary="Request an upload",
        right=Right.FILE_WRITE,
        run=request_upload,
        tag="Files",
        body=UploadBody,
        ignored=frozenset(),
        answer=UploadShape,
        description=(
            "POST the fields and then the file as multipart/form-data to upload.url within a "
            "minute. Within 24 hours download.url can be attached to something; then it is kept."
        ),
    ),
)
