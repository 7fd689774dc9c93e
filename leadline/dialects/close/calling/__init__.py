"""Phone numbers, blocked numbers and what connects calls."""

from __future__ import annotations

from leadline.dialects.close.calling import (
    blocked_phone_numbers,
    phone_numbers,
    telephony,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *blocked_phone_numbers.OPERATIONS,
    *phone_numbers.OPERATIONS,
    *telephony.OPERATIONS,
)
