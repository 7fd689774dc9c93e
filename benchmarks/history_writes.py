"""What it costs a writer that transitions are counted as they are written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import msgspec
import psycopg

from benchmarks.history_data import open_database, shuffled
from leadline.features.leads.tables import Lead
from leadline.features.pipelines.queries import stage_book
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.flows.create_organization import create_organization, founding_scope
from leadline.kernel.clock import SystemClock
from leadline.kernel.scope import Scope
from leadline.store.database import Database
from leadline.store.migrations import migrate
from leadline.store.unit import Unit

HEADINGS = ["writers", "transitions", "us each, not counted", "us each, counted", "ratio"]


@dataclass(frozen=True)
class Load:
    """So many writers; ``size`` transitions a transaction; on one count or on one each."""

    title: str
    writers: int
    transactions: int
    size: int = 1
    is_spread: bool = False


LOADS = (
    Load("one by one", 1, 1000),
    Load("one by one, all to one count", 16, 3200),
    Load("one by one, each writer to its own count", 16, 3200, is_spread=True),
    Load("500 a transaction, each of another time", 1, 4, size=500),
)


@dataclass(frozen=True)
class Place:
    """Where transitions are written: an organization and a lead of it."""

    database: Database
    scope: Scope
    lead: Lead
    stage: Stage


async def measure(url: str, *, small: bool) -> list[list[str]]:
    """Rows of the table. Counting is switched off and on in turns."""
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection, SystemClock().now())
    place = await _prepare(url)
    rows = []
    for load in LOADS:
        transactions = load.writers * 2 if small else load.transactions
        taken: dict[str, list[float]] = {"on": [], "off": []}
        for number in range(2 if small else 8):
            for state in shuffled(["on", "off"]):
                with _counting(state == "on"):
                    seconds = await _write(place, load, transactions)
                if number:  # the first round warms up
                    taken[state].append(seconds / (transactions * load.size) * 1e6)
        ratio = median(on / off for on, off in zip(taken["on"], taken["off"], strict=True))
        off, on = median(taken["off"]), median(taken["on"])
        rows.append([str(load.writers), load.title, f"{off:.0f}", f"{on:.0f}", f"{ratio:.2f}"])
        print("  ".join(rows[-1]), flush=True)
    await place.database.close()
    return rows


async def _prepare(url: str) -> Place:
    """An organization, and a lead as the writer of transitions wants it (it is not stored)."""
    database = open_database(url, connections=16)
    await database.open()
    scope = founding_scope(database.clock.now())
    async with database.writing(scope) as unit:
        await create_organization(
            unit,
            name="Bench",
            admin_email="bench@example.com",
            password_hash="-",
            time_zone="Europe/London",
        )
        stage = (await stage_book(unit, "lead")).active()[0]
        lead = Lead(
            organization_id=unit.organization_id,
            id=unit.new_id(),
            name=None,
            description="",
            url=None,
            pipeline_id=stage.pipeline_id,
            stage_id=stage.id,
            source="Source 1",
            configuration_id=unit.new_id(),
            owner_id=None,
            addresses=[],
            custom={},
            external_id=None,
            created_at=unit.now,
            updated_at=unit.now,
            created_by=None,
            updated_by=None,
        )
    return Place(database, scope, lead, stage)


async def _write(place: Place, load: Load, transactions: int) -> float:
    """Seconds that all writers together took."""

    async def write(writer: int) -> None:
        source = f"Source {writer}" if load.is_spread else place.lead.source
        lead = msgspec.structs.replace(place.lead, source=source)
        for _ in range(transactions // load.writers):
            async with place.database.writing(place.scope) as unit:
                for number in range(load.size):
                    at = unit.now - timedelta(minutes=number)
                    await record_lead_transition(unit, lead, place.stage, None, at=at)

    started = time.perf_counter()
    await asyncio.gather(*(write(writer) for writer in range(load.writers)))
    return time.perf_counter() - started


@contextmanager
def _counting(is_on: bool) -> Iterator[None]:
    """Switches the counts off for a while: what is to be counted is forgotten."""
    tally = Unit.tally
    if not is_on:
        Unit.tally = _forget  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Unit.tally = tally  # type: ignore[method-assign]


def _forget(unit: Unit, write: Any, key: Any) -> None:
    pass
