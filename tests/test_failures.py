"""Exceptions that leave an operation, and what the caller learns of them."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import errors

from leadline.dialects.close.leads import leads
from tests.cast import World


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (errors.QueryCanceled("statement timeout"), 503, "ask for less"),
        (errors.AdminShutdown("gone"), 503, "database is not available"),
        (errors.UndefinedTable("public_owned.leads"), 503, "being upgraded"),
        (errors.NumericValueOutOfRange("bigint"), 400, "out of range"),
        (errors.UniqueViolation("leads_by_external_id"), 409, "conflicts"),
        (RuntimeError("the secret of the house"), 500, "Internal server error"),
    ],
)
def test_the_caller_learns_what_helps_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, words: str
):
    async def fail(*arguments: Any) -> Any:
        raise raised

    monkeypatch.setattr(leads, "page_of_leads", fail)
    answer = world.ada.close.send("GET", "/lead/")
    assert (answer.status_code, words in answer.json()["error"]) == (status, True)
    assert str(raised) not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
