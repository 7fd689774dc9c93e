"""``python -m benchmarks.without_side_work serve ...``: Leadline without a record of its writes.

No events, no jobs, no daily counts: only the rows themselves. What the record costs is measured
against it.
"""

from __future__ import annotations

from typing import Any

from leadline.cli import main
from leadline.store.unit import Unit


def _nothing(self: Unit, *arguments: Any, **more: Any) -> None:
    pass


if __name__ == "__main__":
    for name in ("record", "enqueue", "tally"):
        setattr(Unit, name, _nothing)
    main()
