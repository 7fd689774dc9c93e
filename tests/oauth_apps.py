"""An app that people let act for them, and the browser in which they do: for tests of OAuth."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.testclient import TestClient

from tests.cast import PASSWORD, Api, Person, World

CALLBACK = "https://app.example.com/callback?from=leadline"
OTHER_CALLBACK = "http://127.0.0.1:8080/back"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]
BROWSER_PATH = "/oauth2/authorize/"


@dataclass
class App:
    """A registered app, speaking to the server as a program does."""

    client: TestClient
    id: str
    secret: str

    def token(self, status: int = 200, **form: str) -> Any:
        answer = self.client.post("/oauth2/token/", data={**self.credentials, **form})
        assert answer.status_code == status, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    def exchange(self, code: str, status: int = 200, **more: str) -> Any:
        return self.token(status, grant_type="authorization_code", code=code, **more)

    def refresh(self, token: str, status: int = 200, **more: str) -> Any:
        return self.token(status, grant_type="refresh_token", refresh_token=token, **more)

    def revoke(self, token: str, status: int = 200) -> Any:
        answer = self.client.post("/oauth2/revoke/", data={**self.credentials, "token": token})
        assert answer.status_code == status, answer.text
        return answer

    @property
    def credentials(self) -> dict[str, str]:
        return {"client_id": self.id, "client_secret": self.secret}


def register(world: World, *redirect_uris: str, by: str = "ada") -> App:
    body = {"name": "Dial & Smile <b>", "redirect_uris": list(redirect_uris) or [CALLBACK]}
    made = world.people[by].close.post("/oauth_app/", body, 201)
    return App(world.client, made["id"], made["client_secret"])


def open_page(world: World, app: App, **query: str | None) -> Any:
    """The answer to a person's browser at the authorize page; None leaves a field out."""
    asked = {"client_id": app.id, "response_type": "code", "redirect_uri": CALLBACK, **query}
    given = {name: value for name, value in asked.items() if value is not None}
    return world.client.get(BROWSER_PATH, params=given, follow_redirects=False)


def csrf_of(page: Any) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def send_form(world: World, page: Any, form: Mapping[str, str], **more: Any) -> Any:
    return world.client.post(str(page.request.url), data=form, follow_redirects=False, **more)


def submit(world: World, page: Any, person: Person, **changed: str) -> Any:
    """The answer to the filled-in form of a page."""
    form = {
        "csrf": csrf_of(page),
        "email": person.email,
        "password": PASSWORD,
        "decision": "allow",
        **changed,
    }
    return send_form(world, page, form)


def sent_to(answer: Any) -> dict[str, str]:
    """What the app learns by the redirect, which must lead to its own address."""
    assert answer.status_code == 303, answer.text
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == CALLBACK.partition("?")[0]
    learnt = dict(parse_qsl(place.query, strict_parsing=True))
    assert learnt.pop("from") == "leadline"
    return learnt


def code_of(world: World, app: App, person: Person, **query: str | None) -> str:
    return sent_to(submit(world, open_page(world, app, **query), person))["code"]


def tokens_of(world: World, app: App, person: Person, **query: str | None) -> Any:
    return app.exchange(code_of(world, app, person, **query))


def as_bearer(world: World, token: str) -> Api:
    return Api(world.client, "/api/v1", f"Bearer {token}")


def works(world: World, token: str) -> bool:
    status = as_bearer(world, token).send("GET", "/me/").status_code
    assert status in (200, 401)
    return bool(status == 200)
