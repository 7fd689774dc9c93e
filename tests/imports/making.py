"""Files that tests import, how they are imported, and what came of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cast import World

Command = Callable[..., dict[str, Any]]


LEADS = """\
id,came_in,origin,first,mail,tel,size
a1,2026-01-05,web,Ann,ann@example.com,(415) 555-0101,L
a2,2026-01-06 10:30:00,,Ben,,,
a3,2026-02-31,web,Cat,,,
a4,2026-02-01T08:00:00+02:00,web,Dan,no address,12,
,2026-02-01,web,Eve,,,
a2,2026-02-02,web,Flo,,,
a5,2026-02-03,web,Gus,,+14155550101,
"""


DEALS = """\
id,won,amount
a1,2026-03-01 12:00:00,99.50
a2,2025-12-01,10
a9,2026-03-01,1
a1,someday,1
a1,2026-03-02,lots
"""


def lead_arguments(world: World, file: Path) -> list[str]:
    return [
        *("leads", str(file), "--organization", world.ada.org),
        *("--configuration", "facebook lead ad FUNNEL", "--external-id", "id"),
        *("--created-at", "came_in", "--source", "origin", "--first-name", "first"),
        *("--email", "mail", "--phone", "tel", "--custom", "size"),
    ]


def deal_arguments(world: World, file: Path) -> list[str]:
    return [
        *("transitions", str(file), "--organization", world.ada.org),
        *("--external-id", "id", "--stage", "closed won", "--at", "won"),
    ]


def history(world: World, **params: str) -> list[dict[str, Any]]:
    window = {"from": "2000-01-01", "to": "2030-01-01", "filterUserId": "all", **params}
    answer = world.ada.tether.get("/outreach-metrics/history", params=window)
    return list(answer["data"])


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
