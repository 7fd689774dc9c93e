"""Advanced search, and the searches that people keep."""

from __future__ import annotations

from leadline.dialects.close.searching import (
    data_search,
    saved_searches,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *data_search.OPERATIONS,
    *saved_searches.OPERATIONS,
)
