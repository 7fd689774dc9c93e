"""The body of a form that strangers send: urlencoded, multipart or JSON, in whatever charset.

Reading is bounded in bytes, fields and time, and large bodies are read in a thread of their own:
nobody else waits for a stranger's form.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header
from starlette.requests import Request

from leadline.dialects.close.files.open_routes import parts_of
from leadline.kernel.composed_texts import composed, composed_json
from leadline.kernel.errors import (
    MalformedError,
    TooLargeError,
    TooSlowError,
    UnsupportedMediaError,
)
from leadline.settings import Settings
from leadline.wire.decode import read_json

MAX_FIELDS = 200
# A body up to this size is read at once; changing to a thread would cost more.
_SMALL = 16 * 1024
# Browsers put the charset of the form into a hidden field of this name (HTML, form submission).
_CHARSET_FIELD = "_charset_"
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
# Charsets of web pages. Others would let strangers choose decoders that do more than decode text.
_CHARSETS = re.compile(
    r"ascii|utf-?8|iso8859-\d{1,2}|cp125\d|koi8-[ru]|gb18030|gbk|gb2312|big5|euc_(jp|kr)|shift_jis"
)


async def read_form_body(request: Request, settings: Settings, max_bytes: int) -> dict[str, Any]:
    """The values of a form by name; a name that comes several times has a list of its values.

    Raises errors that say what is wrong with the body: too large, too slow, not a form.
    """
    body = await _receive(request, settings, max_bytes)
    if len(body) <= _SMALL:
        return _read(request.headers.get("content-type", ""), body)
    return await asyncio.to_thread(_read, request.headers.get("content-type", ""), body)


async def _receive(request: Request, settings: Settings, max_bytes: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(settings.body_timeout_s):
            async for part in parts_of(request, settings):
                body += part
                if len(body) > max_bytes:
                    raise TooLargeError(f"The form is larger than {max_bytes} bytes.")
    except TimeoutError as error:
        raise TooSlowError("The body took too long.") from error
    return bytes(body)


def _read(content_type: str, body: bytes) -> dict[str, Any]:
    media, options = parse_options_header(content_type)
    if media == b"application/json":
        values: Any = read_json(body)
        if not isinstance(values, dict):
            raise MalformedError("JSON data must be an object.")
    elif media == b"application/x-www-form-urlencoded":
        values = _decoded(_urlencoded(body), options.get(b"charset", b""))
    elif media == b"multipart/form-data":
        values = _decoded(_multipart(options, body), b"")
    else:
        raise UnsupportedMediaError("Send a form, or JSON as application/json.")
    if any("\x00" in text for pair in values.items() for text in _texts(pair)):
        raise MalformedError("The request contains a NUL character.")
    return {composed(name): composed_json(value) for name, value in dict(values).items()}


def _urlencoded(body: bytes) -> list[tuple[bytes, bytes]]:
    # Bytes beyond ASCII belong percent-encoded, and are what they would be then.
    text = _HIGH_BYTES.sub(lambda found: b"%%%02X" % found[0][0], body).decode("ascii")
    if text.count("&") >= MAX_FIELDS:
        raise MalformedError("The form has too many fields.")
    # As Latin-1 each byte stays the byte that it is, until the charset is known.
    pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1")
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _multipart(options: dict[bytes, bytes], body: bytes) -> list[tuple[bytes, bytes]]:
    pairs: list[tuple[bytes, bytes]] = []

    def add(field: Field) -> None:
        if len(pairs) >= MAX_FIELDS:
            raise MalformedError("The form has too many fields.")
        pairs.append((field.field_name or b"", field.value or b""))

    def refuse(file: File) -> None:
        if file.size:  # an input for a file that was left empty is sent, too
            name = (file.field_name or b"").decode("utf-8", "replace")[:100]
            raise MalformedError(f'"{name}" is a file. Forms take none.')

    try:
        parser = FormParser("multipart/form-data", add, refuse, boundary=options.get(b"boundary"))
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise MalformedError("The form cannot be read.") from error
    return pairs


def _decoded(pairs: list[tuple[bytes, bytes]], charset: bytes) -> dict[str, Any]:
    named = charset or next((v for name, v in pairs if name == _CHARSET_FIELD.encode()), b"")
    decode = _decoder_of(named.decode("latin-1").strip())
    values: dict[str, Any] = {}
    for raw_name, raw_value in pairs:
        name, value = decode(raw_name), decode(raw_value)
        if name in values:
            before = values[name]
            values[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            values[name] = value
    return values


def _decoder_of(charset: str) -> Any:
    """How to decode texts: by the charset that was named, else as UTF-8 or Windows-1252."""
    if not charset:
        return _decode_unnamed
    try:
        known = codecs.lookup(charset)
    except LookupError:
        known = None
    if known is None or not _CHARSETS.fullmatch(known.name):
        raise UnsupportedMediaError(f'The charset "{charset[:40]}" is not known here. Use UTF-8.')

    def decode(raw: bytes) -> str:
        try:
            return known.decode(raw)[0]
        except UnicodeDecodeError as error:
            raise MalformedError(f'The form is not in the charset "{charset[:40]}".') from error

    return decode


def _decode_unnamed(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        # Pages that name none and are not UTF-8 are in the charset of old Windows, or near it.
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise MalformedError("The form is not in UTF-8, and names no charset.") from error


def _texts(pair: tuple[str, Any]) -> list[str]:
    name, value = pair
    several = value if isinstance(value, list) else [value]
    return [name, *(text for text in several if isinstance(text, str))]
