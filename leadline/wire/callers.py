"""Who is at the other end of a connection, and which address they called: believed only where due.

A proxy in front tells both in headers, and so can anybody else. Headers count when they come from a
network that ``LEADLINE_TRUSTED_PROXIES`` names; what they say must be an address. Where it is
configured how people find the server, requests for other hosts are refused: a foreign name in
``Host`` would otherwise end up in links that people follow.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.responses import PlainTextResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from leadline.settings import Settings

log = structlog.get_logger("leadline.requests")

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

# Asked by address, by what watches the server.
_FOR_ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Callers:
    """The outermost layer of the application: settles who calls and refuses foreign hosts."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._hosts = allowed_hosts(settings)
        proxies = _split(settings.trusted_proxies)
        self._entry: App = self._check
        if proxies:
            self._entry = ProxyHeadersMiddleware(self._check, trusted_hosts=proxies)  # type: ignore[arg-type, assignment]  # the same callables under other names
        self._has_warned = bool(proxies)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        await self._entry(scope, receive, send)

    async def _check(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            client = scope.get("client")
            if client is not None and not _is_address(client[0]):
                scope["client"] = ("", 0)  # a proxy handed on what is no address
            if not self._has_warned:
                self._warn(scope)
            if self._hosts is not None and scope["path"] not in _FOR_ANY_HOST:
                host = hostname(_header(scope, b"host"))
                if host not in self._hosts:
                    text = "This server does not answer for that host (LEADLINE_ALLOWED_HOSTS)."
                    response = PlainTextResponse(text, 421)
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _warn(self, scope: Scope) -> None:
        if _header(scope, b"x-forwarded-for"):
            self._has_warned = True
            log.warning(
                "a proxy is not trusted: limits count all its clients as one",
                proxy=scope["client"][0] if scope.get("client") else None,
                setting="LEADLINE_TRUSTED_PROXIES",
            )


def allowed_hosts(settings: Settings) -> frozenset[str] | None:
    """The host names that are answered for; None, where nothing is configured, is every one."""
    named = {hostname(each) for each in _split(settings.allowed_hosts)}
    if settings.base_url is None and not named:
        return None
    if settings.base_url is not None:
        named.add((urlsplit(settings.base_url).hostname or "").lower())
    return frozenset(named) | _HERE


def _split(setting: str | None) -> list[str]:
    return [part for each in (setting or "").split(",") if (part := each.strip())]


def hostname(host: str) -> str:
    """The name in a ``Host`` header, without its port, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_loopback_host(host: str) -> bool:
    """Whether a ``Host`` header names this machine itself: a page of a foreign name does not."""
    return hostname(host) in _HERE


@lru_cache(maxsize=10_000)
def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _header(scope: Scope, name: bytes) -> str:
    value: bytes = next((value for key, value in scope["headers"] if key == name), b"")
    return value.decode("latin-1")
