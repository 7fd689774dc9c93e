"""Reads a form that uploads a file, piece by piece: small fields first, the file last."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from leadline.dialects.close.files.files import sign_policy
from leadline.kernel.errors import ForbiddenError, MalformedError, TooLargeError
from leadline.kernel.ids import parse_hex

_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 20_000
_UNSIGNED = frozenset({"policy", "signature"})


class Permit(NamedTuple):
    """What a good form permits: the content of one file, of so many bytes at most."""

    organization_id: bytes
    file_id: bytes
    max_bytes: int


def check_form(secret: bytes, fields: Mapping[str, str], now: datetime) -> Permit:
    """What the fields permit; ForbiddenError unless this server has signed just that."""
    policy = fields.get("policy", "")
    good = sign_policy(secret, policy)
    if not hmac.compare_digest(good.encode(), fields.get("signature", "").encode()):
        raise ForbiddenError("The policy is not signed by this server.")
    written = msgspec.json.decode(base64.b64decode(policy), type=_Policy)
    if now >= written.expiration:
        raise ForbiddenError("The policy has expired: ask for a new one.")
    *conditions, (_, _, max_bytes) = written.conditions
    wanted = {name: text for condition in conditions for name, text in condition.items()}
    if wanted != {name: text for name, text in fields.items() if name not in _UNSIGNED}:
        raise ForbiddenError("The fields are not those of the policy.")
    organization_id, file_id = map(parse_hex, wanted["key"].split("/"))
    assert organization_id is not None  # noqa: S101 - this server wrote it
    assert file_id is not None  # noqa: S101 - the same
    return Permit(organization_id, file_id, max_bytes)


class _Policy(msgspec.Struct, frozen=True):
    expiration: datetime
    conditions: list[Any]


class UploadForm:
    """Feed it the body. ``permit`` is there when the file begins; ``take`` hands it out."""

    def __init__(self, content_type: str, secret: bytes, now: datetime) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise MalformedError("Send the form as multipart/form-data.")
        self._secret, self._now = secret, now
        self.permit: Permit | None = None
        self.is_complete = False
        self._fields: dict[str, str] = {}
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._name = ""
        self._is_file = False
        self._data = bytearray()
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": lambda data, at, to: self._header[0].extend(data[at:to]),
                    "on_header_value": lambda data, at, to: self._header[1].extend(data[at:to]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_data,
                    "on_part_data": self._add_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise MalformedError("The form cannot be read.") from error

    def feed(self, part: bytes) -> None:
        """Takes the next part of the body."""
        try:
            self._parser.write(part)
        except (FormParserError, UnicodeDecodeError) as error:
            raise MalformedError("The form cannot be read.") from error

    def take(self) -> bytes:
        """The content of the file that has come since the last time."""
        if self.permit is None:
            return b""
        taken = bytes(self._data)
        self._data.clear()
        return taken

    def _begin(self) -> None:
        if self.permit is not None:
            raise MalformedError("The file must be the last field of the form.")
        if len(self._fields) >= _MAX_FIELDS:
            raise MalformedError("The form has too many fields.")
        self._name, self._is_file = "", False

    def _end_header(self) -> None:
        name, value = (bytes(part) for part in self._header)
        self._header = (bytearray(), bytearray())
        if name.lower() == b"content-disposition":
            _, options = parse_options_header(value)
            self._name = options.get(b"name", b"").decode()
            self._is_file = self._name == "file"

    def _begin_data(self) -> None:
        if not self._name:
            raise MalformedError("A field of the form has no name.")
        if self._is_file:
            self.permit = check_form(self._secret, self._fields, self._now)

    def _add_data(self, data: bytes, at: int, to: int) -> None:
        self._data += data[at:to]
        if not self._is_file and len(self._data) > _MAX_FIELD_BYTES:
            raise TooLargeError(f"The field {self._name[:100]} is too long.")

    def _end_part(self) -> None:
        if not self._is_file:
            self._fields[self._name] = self._data.decode()
            self._data.clear()

    def _end(self) -> None:
        self.is_complete = self.permit is not None
