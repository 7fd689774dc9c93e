"""Serves the OpenAPI documents and the page at ``/docs`` that shows them, without any internet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.wire.openapi import openapi_document
from leadline.wire.operation import Dialect

_FOLDER = Path(__file__).parent
_FILES = {
    "/docs": ("docs.html", "text/html"),
    "/docs/": ("docs.html", "text/html"),
    "/docs/docs.js": ("docs.js", "text/javascript"),
    "/docs/docs.css": ("docs.css", "text/css"),
}
_HEADERS = {
    "Cache-Control": "no-cache",  # may be kept, but is asked for anew: an upgrade shows at once
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def documentation_routes(dialects: Iterable[Dialect]) -> list[Route]:
    """``/openapi/<dialect>.json`` for each dialect, and the page with its own script and style."""
    documents = [
        _route(f"/openapi/{dialect.name}.json", partial(_document, dialect), "application/json")
        for dialect in dialects
    ]
    files = [
        _route(path, (_FOLDER / name).read_bytes, media) for path, (name, media) in _FILES.items()
    ]
    return [*documents, *files]


def _document(dialect: Dialect) -> bytes:
    return msgspec.json.encode(openapi_document(dialect))


def _route(path: str, read: Callable[[], bytes], media: str) -> Route:
    """A route whose content is made when it is first asked for, and then kept."""

    @cache
    def content() -> tuple[bytes, str]:
        body = read()
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    async def endpoint(request: Request) -> Response:
        body, etag = content()
        headers = {**_HEADERS, "ETag": etag}
        known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
        if etag in known or f"W/{etag}" in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media, headers=headers)

    return Route(path, endpoint)
