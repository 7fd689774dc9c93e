"""How Close spells amounts of money."""

from __future__ import annotations

_SIGNS = {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "INR": "₹", "USD": "$"}


def format_money(minor: int, currency: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    amount = f"{whole:,}.{cents:02}" if cents else f"{whole:,}"
    return f"{'-' if minor < 0 else ''}{currency_sign(currency)}{amount}"


def currency_sign(currency: str) -> str:
    """What stands before an amount."""
    return _SIGNS.get(currency, f"{currency} ")
