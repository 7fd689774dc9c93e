"""Whose request this is: one organization, one user, one role, one credential."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from leadline.kernel.errors import ForbiddenError
from leadline.kernel.permissions import Permission
from leadline.kernel.rights import ROLE_RIGHTS, Right, Role


class VisibilityRule(msgspec.Struct, frozen=True):
    """Which leads somebody sees who does not see all of them.

    ``field_ids`` are custom fields of leads: the leads that name the user in one of them are seen.
    Without any, the user's own leads are. ``sees_unassigned`` adds those that are nobody's.
    """

    field_ids: tuple[bytes, ...] = ()
    sees_unassigned: bool = False


def visibility_of(
    permissions: Iterable[str], field_ids: Sequence[bytes], behavior: str | None
) -> VisibilityRule | None:
    """What a role of the organization's own sees; None is everything.

    Without ``behavior`` leads must be assigned.
    """
    if Permission.VIEW_ALL_LEADS in permissions:
        return None
    return VisibilityRule(tuple(field_ids), behavior == "allow_unassigned")


class Scope(msgspec.Struct, frozen=True):
    """The organization every statement is bound to, and who acts in it.

    ``credential`` identifies the key or session (a hash, never the secret itself): rate limits
    and idempotency keys belong to it. ``time_zone``, ``country`` and ``currency`` are the
    organization's: they are needed by nearly everything and change nearly never.
    ``user_id`` is None where nobody acts: the worker, the command line, and what has no credential.
    ``own_rights`` are those of ``custom_role_id``, a role of the organization's own, or of a
    restricted user; None means the usual ones of ``role``. ``oauth_app_id`` is the app that acts
    for the user, with all the rights that the user has. ``visibility`` is None for those who
    see all leads, as most do. ``session_id`` is that of a login.
    """

    organization_id: bytes
    user_id: bytes | None
    role: Role
    credential: bytes = b""
    api_key_id: bytes | None = None
    time_zone: str = "UTC"
    country: str = "US"
    currency: str = "USD"
    own_rights: frozenset[Right] | None = None
    custom_role_id: bytes | None = None
    oauth_app_id: bytes | None = None
    visibility: VisibilityRule | None = None
    session_id: bytes | None = None

    @classmethod
    def system(cls, organization_id: bytes, role: Role = Role.ADMIN) -> Scope:
        """The scope of what no user does: jobs, the command line, and requests without a
        credential."""
        return cls(organization_id, None, role)

    @property
    def rights(self) -> frozenset[Right]:
        return ROLE_RIGHTS[self.role] if self.own_rights is None else self.own_rights

    @property
    def is_admin(self) -> bool:
        return self.role in (Role.ADMIN, Role.SUPERADMIN)

    @property
    def is_superadmin(self) -> bool:
        return self.role is Role.SUPERADMIN

    def may(self, right: Right) -> bool:
        return right in self.rights

    def require(self, right: Right, text: str = "Permission denied") -> None:
        """Raises ForbiddenError unless the role has the right."""
        if not self.may(right):
            raise ForbiddenError(text)

    def require_user(self) -> bytes:
        """The user who acts; ForbiddenError where nobody does."""
        if self.user_id is None:
            raise ForbiddenError("Only a user can do this.")
        return self.user_id

    def speak_for(self, user_id: bytes | None, others: Right) -> bytes | None:
        """Whom something is said to be of: the caller, unless ``user_id`` names somebody else.

        Raises ForbiddenError when that is not the caller, who then needs the right ``others``.
        """
        if user_id is None or user_id == self.user_id:
            return self.user_id
        self.require(others, "You may not do this in the name of somebody else.")
        return user_id

    def require_over(self, owner_id: bytes | None, others: Right, own: Right | None = None) -> None:
        """Raises ForbiddenError unless one may do this to what belongs to ``owner_id``.

        ``others`` is needed for what is not one's own, ``own`` for what is; what belongs to nobody
        is anybody's.
        """
        is_own = owner_id is None or owner_id == self.user_id
        right = own if is_own else others
        if right is not None:
            self.require(right)
