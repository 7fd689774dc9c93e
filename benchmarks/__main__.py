"""``python -m benchmarks [NAME ...] [--small] [--write]``; all of them by default."""

from __future__ import annotations

import argparse
from importlib import import_module

NAMES = ("hot_paths", "side_work", "growth", "history")

parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
parser.add_argument("--small", action="store_true", help="only see whether it works, in seconds")
parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
given = parser.parse_args()
for name in given.names or NAMES:
    if name not in NAMES:
        parser.error(f"there is no benchmark {name!r}")
    import_module(f"benchmarks.{name}").main(small=given.small, write=given.write)
