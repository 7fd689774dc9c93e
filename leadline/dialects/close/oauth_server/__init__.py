"""OAuth 2.0: apps, consent and tokens for other people's programs."""

from __future__ import annotations

from leadline.dialects.close.oauth_server import (
    apps,
    grants,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *apps.OPERATIONS,
    *grants.OPERATIONS,
)
