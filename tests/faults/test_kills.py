"""kill -9 of everybody, again and again, in the middle of thousands of writes."""

from __future__ import annotations

import pytest

from tests.faults.deployment import deployed
from tests.faults.kills import VICTIMS, run_round
from tests.faults.load import Ledger, Setting

pytestmark = pytest.mark.faults


def test_whatever_is_killed_what_was_answered_is_there_once_and_whole(
    rounds: int, clients: int, writes: int, seed: int
) -> None:
    with deployed() as deployment:
        setting, promised = Setting(deployment), Ledger()
        for number in range(rounds):
            victim = list(VICTIMS)[number % len(VICTIMS)]
            done = run_round(
                setting, victim, promised, seed=seed + number, clients=clients, writes=writes
            )
            print(f"round {number + 1:>2}  {done}", flush=True)
        print(f"{promised.answered} writes answered, {promised.replayed} of them on a repeat")
        assert promised.replayed > 0 or rounds < len(VICTIMS)
