"""The database goes away and comes back under load: nothing is lost, nobody has to restart us."""

from __future__ import annotations

import os
import sys
from functools import partial

import pytest

from tests.faults.deployment import deployed
from tests.faults.interruptions import (
    cut_connections,
    fill_disk,
    interrupt,
    restart_postgres,
    small_disk,
)
from tests.faults.load import Setting

pytestmark = pytest.mark.faults
needs_mount = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="a disk that can be filled is mounted by root, on Linux",
)


def test_connections_that_are_cut_and_a_restart_are_survived(clients: int, seed: int) -> None:
    with deployed() as deployment:
        setting = Setting(deployment)
        for trouble in (cut_connections, restart_postgres):
            ledger, well_after_s = interrupt(setting, trouble, clients, seed)
            print(f"{trouble.__name__}: {ledger.statuses}, well after {well_after_s:.2f} s")


@needs_mount
def test_a_full_disk_refuses_writes_and_loses_none(clients: int, seed: int) -> None:
    with (
        small_disk("200m") as disk,
        deployed(disk / "data", LEADLINE_POOL_TIMEOUT_S="2") as deployment,
    ):
        ledger, well_after_s = interrupt(
            Setting(deployment), partial(fill_disk, disk), clients, seed
        )
        print(f"disk full: {ledger.statuses}, well after {well_after_s:.2f} s")
        assert ledger.statuses[503] > 0
