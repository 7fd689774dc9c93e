"""Links by which people book a meeting."""

from __future__ import annotations

from leadline.dialects.close.scheduling import (
    scheduling_links,
    shared_scheduling_links,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *scheduling_links.OPERATIONS,
    *shared_scheduling_links.OPERATIONS,
)
