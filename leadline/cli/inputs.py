"""What people may type for e-mail addresses, time zones, countries ..., and what is meant by it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from leadline.cli.answers import CommandError

if TYPE_CHECKING:
    from leadline.kernel.rights import Role

# What people write who do not think in ISO codes.
_COUNTRIES = {"UK": "GB", "USA": "US"}
_CURRENCIES = {"$": "USD", "DOLLAR": "USD", "€": "EUR", "EURO": "EUR", "£": "GBP"}


def read_text(text: str, option: str) -> str:
    """Trimmed text that is not empty and that a database can hold."""
    trimmed = text.strip()
    if not trimmed:
        raise CommandError(f"{option} must not be empty.")
    if len(trimmed) > 200:
        raise CommandError(f"{option} may have up to 200 characters.")
    if not trimmed.isprintable():
        raise CommandError(f"{option} has characters that cannot be printed.")
    return trimmed


def read_password(text: str | None, from_stdin: bool, *known: str) -> str:
    """The password that was given, as it is, or a new one. ``known`` is what it must not be like.

    What stands on a command line can be read by everybody on the machine, hence standard input.
    """
    import sys

    from leadline.features.passwords.inputs import problem_with
    from leadline.platform.authentication import new_password

    if text is not None and from_stdin:
        raise CommandError("--password and --password-stdin do not go together.")
    option = "--password-stdin" if from_stdin else "--password"
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
    if text is None:
        return new_password()
    if not text.strip():
        raise CommandError(f"{option} must not be empty. Without it, one is made for you.")
    read_text(text[:200], option)
    problem = problem_with(text, known)
    if problem is not None:
        raise CommandError(f"{option}: {problem}")
    return text


def read_email(text: str, option: str) -> str:
    """The address in the form that logins are compared with."""
    from leadline.platform.emails import normalise

    found = normalise(text)
    if found is None:
        raise CommandError(f"{option} {text!r} is no e-mail address such as ada@example.com.")
    return found


def read_time_zone(text: str) -> str:
    """The IANA name of a time zone."""
    from zoneinfo import available_timezones

    known = available_timezones()
    if text in known:
        return text
    # "berlin" means "Europe/Berlin": the last part alone is compared, too.
    spellings = {name.rpartition("/")[2].lower(): name for name in sorted(known)}
    spellings |= {name.lower(): name for name in known}
    wanted = text.strip().lower().replace(" ", "_")
    hint = did_you_mean(wanted, spellings, spellings)
    raise CommandError(f"There is no time zone {text!r}{hint}")


def read_country(text: str) -> str:
    """A country as two letters, one whose phone numbers we can read."""
    from phonenumbers import SUPPORTED_REGIONS

    wanted = text.strip().upper()
    if wanted in SUPPORTED_REGIONS:
        return wanted
    hint = did_you_mean(wanted, _COUNTRIES, _COUNTRIES)
    raise CommandError(f"There is no country {text!r}; two letters are expected, as in US{hint}")


def read_currency(text: str) -> str:
    """A currency as three letters."""
    wanted = text.strip().upper()
    if len(wanted) == 3 and wanted.isascii() and wanted.isalpha():
        return wanted
    hint = did_you_mean(wanted, _CURRENCIES, _CURRENCIES)
    raise CommandError(
        f"There is no currency {text!r}; three letters are expected, as in USD{hint}"
    )


def read_role(text: str) -> Role:
    """A role, in whatever case."""
    from leadline.kernel.rights import Role

    wanted = text.strip().upper().replace("-", "_").replace(" ", "_")
    names = [role.value for role in Role]
    if wanted in names:
        return Role(wanted)
    hint = did_you_mean(wanted, names)
    raise CommandError(f"There is no role {text!r}; there are {', '.join(names)}{hint}")


def read_organization_id(text: str) -> bytes:
    """An organization's id as either dialect spells it."""
    from leadline.kernel.ids import parse_hex, parse_prefixed

    found = parse_hex(text) or parse_prefixed("orga", text)
    if found is None:
        raise CommandError(
            f"--organization {text!r} is no id: 24 hexadecimal digits, or orga_ and these."
        )
    return found


def did_you_mean(wanted: str, known: Iterable[str], meaning: dict[str, str] | None = None) -> str:
    """The end of a sentence: what is closest to the wanted word, if anything is close."""
    close = get_close_matches(wanted, list(known), n=1, cutoff=0.75)
    if not close:
        return "."
    return f". Did you mean {meaning[close[0]] if meaning else close[0]}?"
