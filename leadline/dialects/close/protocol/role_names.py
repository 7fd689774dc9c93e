"""How Close names roles: the usual ones by a word, those of the organization's own by an id."""

from __future__ import annotations

from leadline.features.roles.queries import BUILT_IN_GRANTS
from leadline.kernel.ids import parse_prefixed


def read_role(text: str) -> str | bytes | None:
    """A ``role_id`` as the name of a usual role or the id of another; None when it is neither."""
    return text if text in BUILT_IN_GRANTS else parse_prefixed("role", text)
