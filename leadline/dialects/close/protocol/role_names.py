"""How Close names roles: the usual ones by a word, those of the organization's own by an id."""

from __future__ import annotations

from leadline.dialects.close.protocol.spelling import spell_id
from leadline.features.roles.queries import BUILT_IN_GRANTS
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope

# The built-in roles of Close that come nearest to ours.
_NAMES = {
    Role.SUPERADMIN: "admin",
    Role.ADMIN: "admin",
    Role.DEPARTMENT_HEAD: "superuser",
    Role.SALES_REP: "user",
}


def spell_role(role: str, custom_role_id: bytes | None, is_restricted: bool) -> str:
    """The ``role_id`` of somebody with that role."""
    if custom_role_id is not None:
        return spell_id("role", custom_role_id)
    return "restricteduser" if is_restricted else _NAMES[Role(role)]


def role_of(scope: Scope) -> str:
    """The ``role_id`` of the caller."""
    is_restricted = scope.own_rights is not None and scope.custom_role_id is None
    return spell_role(scope.role, scope.custom_role_id, is_restricted)


def read_role(text: str) -> str | bytes | None:
    """A ``role_id`` as the name of a usual role or the id of another; None when it is neither."""
    return text if text in BUILT_IN_GRANTS else parse_prefixed("role", text)
