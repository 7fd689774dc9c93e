"""Whose request this is: one organization, one user, one role, one credential."""

from __future__ import annotations

import msgspec

from leadline.kernel.errors import ForbiddenError
from leadline.kernel.rights import ROLE_RIGHTS, Right, Role


class Scope(msgspec.Struct, frozen=True):
    """The organization every statement is bound to, and who acts in it.

    ``credential`` identifies the key or session (a hash, never the secret itself): rate limits
    and idempotency keys belong to it. ``time_zone``, ``country`` and ``currency`` are the
    organization's: they are needed by nearly everything and change nearly never.
    """

    organization_id: bytes
    user_id: bytes
    role: Role
    credential: bytes
    api_key_id: bytes | None = None
    time_zone: str = "UTC"
    country: str = "US"
    currency: str = "USD"

    @property
    def is_admin(self) -> bool:
        return self.role in (Role.ADMIN, Role.SUPERADMIN)

    @property
    def is_superadmin(self) -> bool:
        return self.role is Role.SUPERADMIN

    def may(self, right: Right) -> bool:
        return right in ROLE_RIGHTS[self.role]

    def require(self, right: Right, text: str = "Permission denied") -> None:
        """Raises ForbiddenError unless the role has the right."""
        if not self.may(right):
            raise ForbiddenError(text)
