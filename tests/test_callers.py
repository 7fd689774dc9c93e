"""Who calls and which address they called: proxies, hosts, limits by network, pages of others."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from leadline.app import make_app
from leadline.cli.serve import is_private
from leadline.platform.networks import network_of
from leadline.settings import Settings
from tests.asgi import Answer, ask
from tests.cast import World

PROXY = ("10.1.2.3", 4711)
OUTSIDE = "203.0.113.9"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens


def app_of(world: World, **settings: Any) -> Any:
    services = world.services
    changed = msgspec.structs.replace(services.settings, **settings)
    return make_app(type(services)(**{**vars(services), "settings": changed}))


def request(
    world: World, app: Any, path: str, peer: tuple[str, int] = PROXY, **headers: str
) -> Answer:
    async def from_there(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": peer}, receive, send)

    pairs = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    answer: Answer = world.call(ask, from_there, "GET", path, pairs)
    return answer


def statuses(world: World, app: Any, forwarded: list[str]) -> list[int]:
    """How requests are answered whose key is wrong: they are counted by their address."""
    return [
        request(world, app, "/api/v1/me/", x_forwarded_for=address).status_code
        for address in forwarded
    ]


def test_only_a_trusted_proxy_says_who_calls(world: World):
    changing = [f"198.51.100.{number}" for number in range(4)]
    untrusted = app_of(world, anonymous_rate_limit=2)
    assert statuses(world, untrusted, changing) == [401, 401, 429, 429]
    trusted = app_of(world, anonymous_rate_limit=2, trusted_proxies="127.0.0.1, 10.0.0.0/8")
    assert statuses(world, trusted, changing) == [401, 401, 401, 401]
    # What the caller put in front of what the proxy saw counts for nothing.
    prepended = [f"192.0.2.{number}, {OUTSIDE}" for number in range(4)]
    assert statuses(world, trusted, prepended) == [401, 401, 429, 429]


def test_what_is_no_address_is_nobody_in_particular(world: World):
    app = app_of(world, anonymous_rate_limit=2, trusted_proxies="10.0.0.0/8")
    forged = ["<script>", "x" * 5000, "1.2.3.4.5", "unknown"]
    assert statuses(world, app, forged) == [401, 401, 429, 429]


def test_a_proxy_that_is_not_trusted_is_told_once(world: World):
    app = app_of(world)
    with capture_logs() as logs:
        statuses(world, app, ["198.51.100.1", "198.51.100.2"])
    told = [line for line in logs if line.get("setting") == "LEADLINE_TRUSTED_PROXIES"]
    assert [line["proxy"] for line in told] == [PROXY[0]]


def test_the_scheme_of_links_is_what_a_trusted_proxy_says(world: World):
    made = world.ada.close.post("/lead/", {"name": "Acme"}, 200)["id"]
    key = base64.b64encode(f"{world.ada.api_key}:".encode()).decode()

    def link(app: Any) -> str:
        answer = request(
            world,
            app,
            f"/api/v1/lead/{made}/",
            authorization=f"Basic {key}",
            host="leads.example.com",
            x_forwarded_proto="https",
            x_forwarded_for=OUTSIDE,
        )
        url: str = answer.json()["html_url"]
        return url.partition("/lead/")[0]

    assert link(app_of(world)) == "http://leads.example.com"
    assert link(app_of(world, trusted_proxies="10.0.0.0/8")) == "https://leads.example.com"


def test_requests_for_foreign_hosts_are_refused_where_ours_is_known(world: World):
    app = app_of(world, base_url="https://leads.example.com", allowed_hosts="crm.example.com:8443")

    def status(host: str, path: str = "/api/v1/me/") -> int:
        found: int = request(world, app, path, host=host).status_code
        return found

    for host in ("leads.example.com", "LEADS.example.com:443", "crm.example.com", "127.0.0.1:2212"):
        assert status(host) == 401
    for host in ("evil.example", "leads.example.com.evil.example", "", "["):
        assert status(host) == 421
    assert status("10.0.0.7", "/healthz") == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_limits_count_a_customer_and_not_an_address(address: str, expected: str):
    assert network_of(address) == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://testserver", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_pages_of_others_cannot_write_with_a_key_that_a_browser_remembers(
    world: World, headers: dict[str, str], status: int
):
    key = (world.ada.api_key, "")
    sent = world.client.post("/api/v1/lead/", json={"name": "x"}, headers=headers, auth=key)
    assert sent.status_code == status
    assert world.client.get("/api/v1/lead/", headers=headers, auth=key).status_code == 200
    bearer = {**headers, "Authorization": f"Bearer {world.ada.api_key}"}
    assert world.client.post("/api/v1/lead/", json={}, headers=bearer).status_code == 200


def test_no_answer_of_the_api_is_kept_or_guessed(world: World):
    for path in ("/api/v1/me/", "/api/user/profile", "/api/v1/nothing/"):
        headers = world.client.get(path, auth=(world.ada.api_key, "")).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers
    app = app_of(world, base_url="https://leads.example.com")
    answer = request(world, app, "/api/v1/me/", host="leads.example.com")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_path_with_a_line_end_goes_through_the_gate_like_any_other(world: World):
    with capture_logs() as logs:
        answer = request(world, app_of(world), "/api/v1/x\nFAKE")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert [line["status"] for line in logs if line["event"] == "request"] == [404]


@pytest.mark.parametrize(
    ("host", "base_url", "expected"),
    [
        ("127.0.0.1", None, True),
        ("::1", None, True),
        ("localhost", None, True),
        (EVERYWHERE, None, False),
        (EVERYWHERE, "http://leads.example.com", False),
        (EVERYWHERE, "https://leads.example.com", True),
    ],
)
def test_a_server_that_the_network_can_listen_in_on_is_told(
    host: str, base_url: str | None, expected: bool
):
    assert is_private(Settings(host=host, base_url=base_url)) is expected
