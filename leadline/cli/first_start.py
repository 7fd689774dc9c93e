"""The first start: an organization with an admin, whose key and login are shown this once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from leadline.settings import Settings
    from leadline.store.database import Database

ORGANIZATION_NAME = "My organization"
ADMIN_EMAIL = "admin@example.com"
_LOCK_KEY = 0x1EADF125


class FirstLogin(msgspec.Struct, frozen=True):
    """What the owner needs to begin."""

    organization_id: bytes
    email: str
    password: str
    api_key: str


async def found_first_organization(database: Database, settings: Settings) -> FirstLogin | None:
    """Creates the first organization; None when there is one. Several may call this at once."""
    from leadline.flows.create_organization import create_organization, founding_scope
    from leadline.platform.authentication import new_password
    from leadline.platform.passwords import Passwords

    async with database.writing(founding_scope(database.clock.now())) as unit:
        await unit.execute("SELECT pg_advisory_xact_lock(%(key)s::bigint)", key=_LOCK_KEY)
        if await unit.fetch_value("SELECT EXISTS (SELECT FROM organizations)"):
            return None
        password = new_password()
        made = await create_organization(
            unit,
            name=ORGANIZATION_NAME,
            admin_email=ADMIN_EMAIL,
            password_hash=await Passwords(settings).hash(password),
        )
    return FirstLogin(made.organization_id, made.email, password, made.api_key)


def print_login(login: FirstLogin, url: str) -> None:
    """Shows the key and the login. Without a frame, so that what is copied is just that."""
    print(
        f"""\
Leadline is set up. This is shown once:

  Organization  {ORGANIZATION_NAME} ({login.organization_id.hex()})
  API key       {login.api_key}
  E-mail        {login.email}
  Password      {login.password}

Try the key in the Close dialect and in the Tether dialect:

  curl -u {login.api_key}: {url}/api/v1/me/
  curl -H 'Authorization: Bearer {login.api_key}' {url}/api/lead-management

All operations: {url}/docs
""",
        flush=True,
    )
