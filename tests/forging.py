"""Access tokens made by hand, with whatever is in them."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any, ClassVar

from tests.cast import PASSWORD, Api, World


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: Any, claims: Any, key: bytes, digest: str = "sha256") -> str:
    """A token made by hand, so that also what no library would sign can be tried."""
    body = f"{text(json.dumps(header).encode())}.{text(json.dumps(claims).encode())}"
    return f"{body}.{text(hmac.new(key, body.encode(), digest).digest())}"


def status(world: World, token: str) -> int:
    found: int = (
        Api(world.client, "/api", f"Bearer {token}").send("GET", "/user/profile").status_code
    )
    return found


class Forge:
    """What a forger would like to have: the signing key and the claims of a good token."""

    HEADER: ClassVar = {"alg": "HS256", "typ": "JWT"}

    def __init__(self, world: World) -> None:
        body = {"email": world.bo.email, "password": PASSWORD}
        self.session = world.nobody.tether.post("/auth/login", body, 200)
        self.token: str = self.session["token"]
        payload = self.token.split(".")[1]
        self.claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        ((self.key,),) = world.sql(
            "SELECT value FROM instance_secrets WHERE name = 'access_tokens'"
        )

    def without(self, claim: str) -> dict[str, Any]:
        return {name: value for name, value in self.claims.items() if name != claim}
