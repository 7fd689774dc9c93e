"""Rounds of killing: work all at once, kill -9 somebody in the middle of it, and look closely."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.faults.audit import audit
from tests.faults.deployment import Deployment
from tests.faults.load import Crowd, Ledger, Setting

VICTIMS: dict[str, Callable[[Deployment], None]] = {
    "server": Deployment.kill_server,
    "worker": Deployment.kill_worker,
    "postgres": Deployment.kill_postgres,
    "supervisor": Deployment.kill_supervisor,
}


class Round(NamedTuple):
    """What a round was like."""

    victim: str
    answered: int
    without_answer: int
    refused: int
    replayed: int
    recovered_s: float

    def __str__(self) -> str:
        return (
            f"{self.victim:<11} {self.answered:>6} answered  {self.without_answer:>4} without "
            f"answer  {self.refused:>4} refused  {self.replayed:>4} replayed  "
            f"back after {self.recovered_s:.2f} s"
        )


def run_round(
    setting: Setting, victim: str, so_far: Ledger, *, seed: int, clients: int, writes: int
) -> Round:
    """One round; after ``writes`` writes at most the victim dies.

    ``so_far`` collects the promises of all rounds, which are all looked at again.
    """
    deployment = setting.deployment
    chance = random.Random(seed)
    crowd = Crowd(setting, clients, seed)
    try:
        crowd.wait_for(chance.randint(clients, writes))
        time.sleep(chance.uniform(0, 0.05))
        killed_at = time.monotonic()
        VICTIMS[victim](deployment)
        deployment.wait_until_ready()
        crowd.wait_for(clients)
        recovered_s = time.monotonic() - killed_at
        crowd.wait_for(clients)
    finally:
        ledger = crowd.stop()
    so_far.add(ledger)
    audit(deployment, so_far)
    refused = sum(count for status, count in ledger.statuses.items() if status >= 300)
    return Round(
        victim, ledger.answered, ledger.without_answer, refused, ledger.replayed, recovered_s
    )
