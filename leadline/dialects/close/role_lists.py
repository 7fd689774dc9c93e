"""Lists of roles in the Close dialect: who may edit a field, or things of a custom type."""

from __future__ import annotations

from leadline.dialects.close.role_names import read_role
from leadline.features.roles.tables import ROLES
from leadline.kernel.errors import Problems
from leadline.store import rows
from leadline.store.unit import Unit


async def check_roles(unit: Unit, given: object, name: str = "editable_with_roles") -> None:
    """InvalidError unless every entry of a list is a role; what is no list is not looked at."""
    if not isinstance(given, list):
        return
    roles = [read_role(text) for text in given]
    own = await rows.select_ids(unit, ROLES, [role for role in roles if isinstance(role, bytes)])
    problems = Problems()
    for place, role in enumerate(roles):
        if not isinstance(role, str) and role not in own:
            problems.add("not_found", name, place)
    problems.stop_if_any()
