"""Files on their way in and out: ``/go/file/``, with nothing of them in memory but a piece.

Uploads bring a form that ``/api/v1/files/upload/`` has signed. Downloads need a signed address, or
a key of the organization; with a bucket they are sent on to it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from leadline.dialects.close.files.files import OPERATIONS, SHOWN, disposition
from leadline.dialects.close.files.open_routes import Limits, anonymous_scope, guarded, parts_of
from leadline.dialects.close.files.upload_forms import Permit, UploadForm
from leadline.dialects.close.protocol.auth import authenticate
from leadline.dialects.close.protocol.file_links import FILES_PATH, FileLink, is_signed
from leadline.features.files.actions import receive_file
from leadline.features.files.queries import signing_secret
from leadline.features.files.tables import FILES, File, key_of
from leadline.kernel.errors import (
    MalformedError,
    NotFoundError,
    TooLargeError,
    TooSlowError,
    UnauthenticatedError,
)
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Right
from leadline.kernel.scope import Scope
from leadline.platform.file_storage import Folder, IncomingFile
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.services import Services

# What the authentication has to know: it is a read.
_DOWNLOAD = replace(OPERATIONS[0], name="file.download", method="GET", right=Right.FILE_READ)
# How long an address of the bucket is good: long enough to follow it.
_BUCKET_LINK = timedelta(minutes=5)
# The longest that one upload may take, however steadily it comes.
_UPLOAD_S = 3600
# Whatever somebody has uploaded: nothing in it runs, and nothing guesses what it could be.
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def file_routes(services: Services) -> list[Route]:
    """POST of a form to ``/go/file/``, and GET of what is there."""
    transfer = _Transfer(services)
    path = FILES_PATH + "{organization}/{file}/{name:path}"
    routes = [Route(path, guarded("file.download", transfer.download), methods=["GET"])]
    if isinstance(services.files, Folder):
        upload = guarded("file.receive", partial(transfer.upload, services.files))
        routes.append(Route(FILES_PATH, upload, methods=["POST"]))
    return routes


class _Transfer:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = Limits(services.settings)

    # In.

    async def upload(self, folder: Folder, request: Request) -> Response:
        self._limits.count_anonymous(request)
        database = self._services.database
        async with database.reading(anonymous_scope(b"")) as unit:
            form = UploadForm(
                request.headers.get("content-type", ""), await signing_secret(unit), unit.now
            )
        incoming: IncomingFile | None = None
        try:
            async with asyncio.timeout(_UPLOAD_S):
                async for part in parts_of(request, self._services.settings):
                    form.feed(part)
                    if form.permit is not None:
                        if incoming is None:
                            incoming = await asyncio.to_thread(folder.begin)
                        await self._add(incoming, form.take(), form.permit)
            if incoming is None or form.permit is None or not form.is_complete:
                raise MalformedError("The form is not complete: its last field must be the file.")
            await self._keep(folder, incoming, form.permit)
        except TimeoutError as error:
            raise TooSlowError("The upload took too long.") from error
        finally:
            if incoming is not None:
                await asyncio.to_thread(incoming.discard)
        return _created(form.permit)

    async def _add(self, incoming: IncomingFile, part: bytes, permit: Permit) -> None:
        if incoming.size + len(part) > permit.max_bytes:
            raise TooLargeError(f"The file is larger than {permit.max_bytes} bytes.")
        await asyncio.to_thread(incoming.write, part)

    async def _keep(self, folder: Folder, incoming: IncomingFile, permit: Permit) -> None:
        scope = anonymous_scope(permit.organization_id)
        async with self._services.database.writing(scope) as unit:
            row = await receive_file(unit, permit.file_id, incoming.size)
            # Before the commit: a size promises that the content is there.
            await asyncio.to_thread(incoming.keep, folder.path_of(row.key))

    # Out.

    async def download(self, request: Request) -> Response:
        organization_id = parse_prefixed("orga", request.path_params["organization"])
        file_id = parse_prefixed("file", request.path_params["file"])
        if organization_id is None or file_id is None:
            raise NotFoundError("file")
        link = FileLink(organization_id, file_id)
        if "signature" in request.query_params:
            self._limits.count_anonymous(request)
            scope: Scope | None = None
        else:
            scope = await self._authenticate(request)
        async with self._services.database.reading(anonymous_scope(organization_id)) as unit:
            await _check(unit, scope, link, request)
            row = await rows.get(unit, FILES, file_id)
            return await self._send(row, unit)

    async def _authenticate(self, request: Request) -> Scope:
        try:
            scope = await authenticate(request.headers, self._services, _DOWNLOAD)
        except UnauthenticatedError:
            self._limits.count_anonymous(request)
            raise
        self._limits.count_key(scope)
        return scope

    async def _send(self, row: File, unit: Unit) -> Response:
        storage = self._services.files
        if not isinstance(storage, Folder):
            more = {
                "response_content_disposition": disposition(row),
                "response_content_type": row.content_type,
            }
            url = storage.link("GET", row.key, now=unit.now, lifetime=_BUCKET_LINK, **more)
            return RedirectResponse(url, status_code=302, headers=_HEADERS)
        path = storage.path_of(row.key)
        if row.size is None or not await asyncio.to_thread(path.is_file):
            raise NotFoundError("file")
        return FileResponse(
            path,
            media_type=row.content_type,
            filename=row.filename,
            content_disposition_type="inline" if row.content_type in SHOWN else "attachment",
            headers=_HEADERS,
        )


async def _check(unit: Unit, scope: Scope | None, link: FileLink, request: Request) -> None:
    """An address with a signature stands for itself, whoever comes with it."""
    if scope is None:
        secret = await signing_secret(unit)
        if not is_signed(secret, link, request.query_params, unit.now):
            raise UnauthenticatedError("The link is wrong, or it has expired.")
    elif scope.organization_id != link.organization_id:
        raise NotFoundError("file")
    else:
        scope.require(Right.FILE_READ)


def _created(permit: Permit) -> Response:
    """What a bucket answers, too, when it is asked for 201."""
    key = escape(key_of(permit.organization_id, permit.file_id))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<PostResponse><Bucket>leadline</Bucket><Key>{key}</Key></PostResponse>"
    )
    return Response(text, status_code=201, media_type="application/xml")
