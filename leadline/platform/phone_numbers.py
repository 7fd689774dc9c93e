"""Phone numbers: one spelling (E.164) for storing and matching, another for people."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

# More than any number with its extension and punctuation. Nothing longer is remembered.
_MAX_LENGTH = 64


# What people and forms write where there is no number, in the languages they do so most.
_NO_NUMBER = frozenset(
    {"n/a", "na", "n.a.", "n.a", "k.a.", "none", "no", "nil", "null", "undefined", "unknown"}
    | {"unbekannt", "keine", "inconnu", "aucun", "ninguno", "not provided", "no phone", "tbd"}
)


def says_none(text: str) -> bool:
    """Whether the text only says that there is no number, as "N/A", "none" and "-" do."""
    said = text.strip().lower()
    return said in _NO_NUMBER or (bool(said) and not said.strip("-–—./?_ "))


def to_e164(text: str, country: str) -> str | None:
    """``text`` as E.164 (``+14155550133``), or None when it cannot be a phone number.

    Numbers without a country code belong to ``country`` (two letters). Whether a number is
    assigned is not checked: ranges for fiction and tests must pass.
    """
    return _as_e164(text, country) if len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=20_000)
def _as_e164(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    spelled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return spelled + (f"x{number.extension}" if number.extension else "")


@lru_cache(maxsize=20_000)
def for_people(e164: str) -> str:
    """The number as one reads it: ``+1 415-555-0133``."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=20_000)
def country_of(e164: str) -> str | None:
    """The country of a number in two letters, when it can be told."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.region_code_for_number(number)
    if found is not None:
        return found
    # Numbers of fiction are in no assigned range: the main country of the calling code. Under +1
    # more than twenty countries are equals.
    code = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(number.country_code or 0, ())
    return code[0] if code and code[0] not in ("001", "US") else None
