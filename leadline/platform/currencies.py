"""Currencies: whether there is one, what stands for it, and how many decimals its amounts have."""

from __future__ import annotations

from functools import lru_cache

from babel import numbers

_LOCALE = "en_US"


def is_currency(code: str) -> bool:
    """Whether ISO 4217 knows, or knew, a currency by these three letters."""
    return code.isascii() and code.isupper() and numbers.is_currency(code)


@lru_cache(maxsize=400)
def sign_of(code: str) -> str:
    """What stands before an amount: a sign, or else the letters and a space."""
    sign = numbers.get_currency_symbol(code, _LOCALE)
    return f"{code} " if sign == code else sign


@lru_cache(maxsize=400)
def decimals_of(code: str) -> int:
    """How many digits of an amount in minor units stand behind the point."""
    return numbers.get_currency_precision(code)
