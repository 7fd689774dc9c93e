"""A new organization, ready to work: its admin with a key, and its first pipelines."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.api_keys.actions import create_api_key
from leadline.features.organizations import actions as organizations
from leadline.features.pipelines.actions import create_pipeline
from leadline.features.pipelines.inputs import FIRST_PIPELINES
from leadline.features.users import actions as users
from leadline.kernel.ids import new_id
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.store.unit import Unit


class NewMember(msgspec.Struct, frozen=True):
    """A person who was just added, with the key that is shown this once."""

    organization_id: bytes
    user_id: bytes
    email: str
    api_key: str


def founding_scope(now: datetime) -> Scope:
    """A scope for an organization that does not exist yet."""
    return Scope.system(new_id(now))


async def create_organization(
    unit: Unit,
    *,
    name: str,
    admin_email: str,
    password_hash: str,
    time_zone: str = "UTC",
    country: str = "US",
    currency: str = "USD",
) -> NewMember:
    """Adds the organization of the unit's scope (see ``founding_scope``) with its admin."""
    await organizations.create_organization(
        unit, name=name, time_zone=time_zone, country=country, currency=currency
    )
    member = await add_member(unit, email=admin_email, password_hash=password_hash, role=Role.ADMIN)
    for pipeline in FIRST_PIPELINES:
        await create_pipeline(unit, pipeline)
    return member


async def add_member(
    unit: Unit,
    *,
    email: str,
    password_hash: str,
    role: Role,
    first_name: str = "",
    last_name: str = "",
) -> NewMember:
    """Adds a user with a membership and a key; ConflictError when the address is taken."""
    user = await users.create_user(
        unit,
        email=email,
        password_hash=password_hash,
        first_name=first_name,
        last_name=last_name,
    )
    await users.create_membership(unit, user.id, role)
    key = await create_api_key(unit, user.id)
    return NewMember(unit.organization_id, user.id, email, key)
