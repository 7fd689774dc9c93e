"""What an opportunity is worth in a year, and what may be expected of it.

Each rule stands here twice: for one row in Python, and as SQL for many. A test compares them.
"""

from __future__ import annotations

from typing import LiteralString


def annualized(minor: int | None, period: str) -> int | None:
    """The value of a year; what is paid once counts as it is."""
    return minor * 12 if minor is not None and period == "monthly" else minor


def annualized_sql(row: LiteralString) -> LiteralString:
    """``annualized`` for the opportunity that the statement calls ``row``."""
    return (
        "(CASE WHEN " + row + ".value_period = 'monthly' THEN " + row + ".value_minor * 12 "
        "ELSE " + row + ".value_minor END)"
    )


def expected(minor: int | None, confidence: int) -> int | None:
    """The value times its confidence, a percentage; half is rounded up."""
    return None if minor is None else (minor * confidence + 50) // 100


def expected_sql(minor: LiteralString, row: LiteralString) -> LiteralString:
    """``expected`` for the value ``minor`` of the opportunity that the statement calls ``row``."""
    return "floor((" + minor + " * " + row + ".confidence + 50) / 100.0)"
