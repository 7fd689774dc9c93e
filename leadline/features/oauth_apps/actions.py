"""Every change of an OAuth app, and letting one prove that it is the one it says."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET

from leadline.features.login_failures.actions import count_attempt, stop_if_waiting
from leadline.features.oauth_apps.inputs import NewOAuthApp, OAuthAppChange
from leadline.features.oauth_apps.queries import KnownApp, find_app
from leadline.features.oauth_apps.tables import OAUTH_APPS, OAuthApp
from leadline.kernel.errors import Problems, UnauthenticatedError
from leadline.kernel.names import check_count, read_name
from leadline.platform import web_addresses
from leadline.platform.authentication import new_oauth_secret, secret_hash
from leadline.settings import Settings
from leadline.store import rows, writes
from leadline.store.database import Database
from leadline.store.unit import Unit

MAX_REDIRECT_URIS = 20
# http leads to the machine of whoever clicks, and to no other: what it carries is not encrypted.
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


async def create_oauth_app(unit: Unit, new: NewOAuthApp) -> tuple[OAuthApp, str]:
    """Registers an app. Its secret is seen this once."""
    problems = Problems()
    name = read_name(new.name, problems)
    redirect_uris = _check_redirect_uris(new.redirect_uris, problems)
    problems.stop_if_any()
    secret = new_oauth_secret("oas")
    row = OAuthApp(
        **unit.stamps(),
        name=name,
        redirect_uris=redirect_uris,
        secret_hint=secret[-4:],
    )
    await unit.execute(
        "INSERT INTO oauth_apps (organization_id, id, name, redirect_uris, secret_hash, "
        "secret_hint, created_at, updated_at, created_by, updated_by) "
        "VALUES (%(organization_id)s, %(id)s, %(name)s, %(redirect_uris)s, %(secret_hash)s, "
        "%(secret_hint)s, %(created_at)s, %(updated_at)s, %(created_by)s, %(updated_by)s)",
        secret_hash=secret_hash(secret),
        **OAUTH_APPS.parameters(row),
    )
    unit.record("created", OAUTH_APPS, None, row)
    return row, secret


async def update_oauth_app(unit: Unit, app_id: bytes, change: OAuthAppChange) -> OAuthApp:
    """Changes what is given. Tokens stay good, also where an address that they went to is gone."""
    before = await rows.lock(unit, OAUTH_APPS, app_id)
    problems = Problems()
    changes: dict[str, Any] = {}
    if change.name is not UNSET:
        changes["name"] = read_name(change.name, problems)
    if change.redirect_uris is not UNSET:
        changes["redirect_uris"] = _check_redirect_uris(change.redirect_uris, problems)
    problems.stop_if_any()
    return await writes.update(unit, OAUTH_APPS, before, **changes)


async def rotate_secret(unit: Unit, app_id: bytes) -> tuple[OAuthApp, str]:
    """Gives the app another secret; the one before is good no more. Tokens stay good."""
    before = await rows.lock(unit, OAUTH_APPS, app_id)
    secret = new_oauth_secret("oas")
    await unit.execute(
        "UPDATE oauth_apps SET secret_hash = %(secret_hash)s "
        "WHERE organization_id = %(organization_id)s AND id = %(id)s",
        id=app_id,
        secret_hash=secret_hash(secret),
    )
    return await writes.update(unit, OAUTH_APPS, before, secret_hint=secret[-4:]), secret


async def delete_oauth_app(unit: Unit, app_id: bytes) -> None:
    """Removes the app with all that people have allowed it: its tokens are good no more."""
    await writes.delete(unit, OAUTH_APPS, await rows.lock(unit, OAUTH_APPS, app_id))


async def prove_app(
    database: Database, settings: Settings, *, app_id: bytes | None, secret: str, client: str
) -> KnownApp:
    """The app, if the secret is its own. Wrong ones are slowed down like wrong passwords.

    Counted by app and network address, so that strangers cannot keep the app itself waiting, and
    only when the secret is wrong: one app may do many things at a time.
    """
    now = database.clock.now()
    async with database.connection() as connection:
        app = None if app_id is None else await find_app(connection, app_id)
        if app is not None:
            subject = hashlib.sha256(b"oauth app" + app.id + client.encode()).digest()
            await stop_if_waiting(connection, settings, subject, now)
            if hmac.compare_digest(secret_hash(secret), app.secret_hash):
                return app
            await count_attempt(connection, settings, subject, now)
    raise UnauthenticatedError("Unknown client or wrong client secret")


def _check_redirect_uris(given: Sequence[str], problems: Problems) -> list[str]:
    """The addresses, each once. Later they are compared letter by letter."""
    if not given:
        problems.add("required", "redirect_uris")
    if not check_count(given, MAX_REDIRECT_URIS, problems, "redirect_uris"):
        return []
    for index, uri in enumerate(given):
        if not _is_redirect_uri(uri):
            words = "An https address without a fragment, or http on one's own machine."
            problems.add("url", "redirect_uris", index, text=words)
    return list(dict.fromkeys(given))


def _is_redirect_uri(uri: str) -> bool:
    if web_addresses.normalise(uri) != uri or not uri.isascii() or "#" in uri:
        return False
    parts = urlsplit(uri)
    return parts.scheme == "https" or parts.hostname in _OWN_MACHINE
