"""What a request has cost, told in its answer to those who ask for it.

A request with the header ``X-Leadline-Timing: 1`` gets ``Server-Timing``: milliseconds in all, for
the database and for a connection to it, and how many statements and rows it took.
"""

from __future__ import annotations

from collections.abc import Sequence

from leadline.store.unit import Unit

REQUEST_HEADER = "x-leadline-timing"


def server_timing(units: Sequence[Unit], total_s: float) -> tuple[bytes, bytes]:
    """The header. There is more than one unit when a write had to be tried again."""
    statements = sum(unit.statement_count for unit in units)
    rows = sum(unit.row_count for unit in units)
    database_ms = sum(unit.database_s for unit in units) * 1000
    pool_ms = sum(unit.pool_wait_s for unit in units) * 1000
    text = (
        f"total;dur={total_s * 1000:.2f}, db;dur={database_ms:.2f}, pool;dur={pool_ms:.2f}, "
        f'statements;desc="{statements}", rows;desc="{rows}"'
    )
    return b"server-timing", text.encode()
