"""Dialers and connected accounts: nothing is connected, so their lists are empty."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, user

PREFIXES = {"/dialer/": "dial", "/connected_account/": "emailacct"}


@pytest.mark.parametrize(("path", "prefix"), PREFIXES.items())
def test_dialers_and_connected_accounts_are_empty_lists(world: World, path: str, prefix: str):
    filters = {"user_id": user(world.bo), "status__in": "active", "source_type": "saved-search"}
    for params in ({}, filters, {"user_id": "x", "_fields": "id"}, {"_limit": "1", "_skip": "5"}):
        assert world.bo.close.get(path, params=params) == {"data": [], "has_more": False}
    for params in ({"_limit": "x"}, {"_skip": "-1"}, {"_limit": "101"}):
        assert set(world.bo.close.get(path, 400, params=params)) == {"error"}
    for wrong_id in (f"{prefix}_{UNKNOWN}", "x", f"lead_{UNKNOWN}"):
        assert set(world.bo.close.get(f"{path}{wrong_id}/", 404)) == {"error"}
    for method in ("POST", "PUT", "DELETE"):
        assert world.bo.close.send(method, path, {}).status_code == 405
