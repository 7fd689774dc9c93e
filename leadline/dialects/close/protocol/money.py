"""How Close spells amounts of money."""

from __future__ import annotations

from leadline.platform.currencies import decimals_of, sign_of


def format_money(minor: int, currency: str) -> str:
    """An amount in minor units as people write it, without decimals if they are all 0."""
    decimals = decimals_of(currency)
    whole, rest = divmod(abs(minor), 10**decimals)
    amount = f"{whole:,}.{rest:0{decimals}}" if rest else f"{whole:,}"
    return f"{'-' if minor < 0 else ''}{sign_of(currency)}{amount}"
