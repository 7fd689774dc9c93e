"""E-mail addresses: checked without asking the network, and lower-cased for matching."""

from __future__ import annotations

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

# As RFC 5321 bounds an address. Nothing longer is looked at, or remembered.
_MAX_LENGTH = 320


def normalise(text: str) -> str | None:
    """The address in the form that is stored and matched, or None when it is none."""
    return _normalised(text) if len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=20_000)
def _normalised(text: str) -> str | None:
    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return checked.normalized.lower()
