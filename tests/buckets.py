"""A store of files in memory that checks signatures as S3 does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.conftest import START

KEY_ID, SECRET, REGION, NAME = "our-key", "a secret of the bucket", "eu-central-1", "uploads"


def sign(text: str, credential: str) -> str:
    key_id, day, region, service, end = credential.split("/")
    assert (key_id, region, service, end) == (KEY_ID, REGION, "s3", "aws4_request")
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, service, end):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class FakeBucket(ThreadingHTTPServer):
    """A store with one bucket, which lets nothing pass that is not signed well."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.now = START
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []
        self.is_broken = False

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeBucket

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", headers.get("size", str(len(body))))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.asked.append(self.command)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts: Any = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
        form: dict[str, bytes] = {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in parts
        }
        content = form.pop("file")
        fields = {name: text.decode() for name, text in form.items()}
        if not self._is_permitted(fields, content):
            self._answer(403)
            return
        self.server.objects[fields["key"]] = (content, fields["Content-Type"])
        self._answer(int(fields["success_action_status"]))

    def _is_permitted(self, fields: dict[str, str], content: bytes) -> bool:
        text, signature = fields.pop("policy"), fields.pop("x-amz-signature")
        policy = json.loads(base64.b64decode(text))
        *conditions, (kind, least, most) = policy["conditions"]
        wanted = {name: value for each in conditions for name, value in each.items()}
        return (
            signature == sign(text, fields["x-amz-credential"])
            and self.path == f"/{NAME}/"
            and wanted == {**fields, "bucket": NAME}
            and kind == "content-length-range"
            and least <= len(content) <= most
            and self.server.now < datetime.fromisoformat(policy["expiration"])
        )

    def _serve(self) -> None:
        self.server.asked.append(self.command)
        path, _, query = self.path.partition("?")
        if self.server.is_broken or not self._is_signed(path, query):
            self._answer(500 if self.server.is_broken else 403)
            return
        key = path.removeprefix(f"/{NAME}/")
        found = self.server.objects.get(key)
        if found is None:
            self._answer(404)
        elif self.command == "DELETE":
            del self.server.objects[key]
            self._answer(204)
        elif self.command == "HEAD":
            self._answer(200, size=str(len(found[0])))
        else:
            asked = dict(parse_qsl(query))
            self._answer(
                200,
                found[0],
                Content_Type=asked["response-content-type"],
                Content_Disposition=asked["response-content-disposition"],
            )

    do_GET = do_HEAD = do_DELETE = _serve  # noqa: N815 - the names that the server looks for

    def _is_signed(self, path: str, query: str) -> bool:
        pairs = dict(parse_qsl(query))
        signature = pairs.pop("X-Amz-Signature", "")
        if not signature:
            return False
        listed = "&".join(
            f"{quote(name, safe='-_.~')}={quote(pairs[name], safe='-_.~')}"
            for name in sorted(pairs)
        )
        request = (
            f"{self.command}\n{path}\n{listed}\nhost:{self.headers['Host']}\n\nhost\n"
            "UNSIGNED-PAYLOAD"
        )
        scope = pairs["X-Amz-Credential"].partition("/")[2]
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{pairs['X-Amz-Date']}\n{scope}\n{digest}"
        made = datetime.strptime(pairs["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
        age = (self.server.now - made).total_seconds()
        is_fresh = 0 <= age < int(pairs["X-Amz-Expires"])
        return is_fresh and signature == sign(text, pairs["X-Amz-Credential"])
