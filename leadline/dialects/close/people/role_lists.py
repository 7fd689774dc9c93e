"""Lists of roles in the Close dialect: who may edit a field, or things of a custom type."""

from __future__ import annotations

from leadline.dialects.close.protocol.role_names import read_role
from leadline.features.roles.queries import is_listed
from leadline.features.roles.tables import ROLES
from leadline.kernel.errors import ForbiddenError, Problems
from leadline.kernel.scope import Scope
from leadline.store import rows
from leadline.store.unit import Unit


async def check_roles(unit: Unit, given: object, name: str = "editable_with_roles") -> None:
    """InvalidError unless every entry of a list is a role; what is no list is not looked at."""
    if not isinstance(given, list):
        return
    roles = [read_role(text) for text in given]
    own = await rows.select_ids(unit, ROLES, [role for role in roles if isinstance(role, bytes)])
    problems = Problems()
    for index, role in enumerate(roles):
        if not isinstance(role, str) and role not in own:
            problems.add("not_found", name, index)
    problems.stop_if_any()


def require_listed(scope: Scope, allowed: list[str]) -> None:
    """ForbiddenError unless the caller's role is in the list; an empty one means every role."""
    if not is_listed(scope, allowed):
        raise ForbiddenError("Your role may not change objects of this type.")
