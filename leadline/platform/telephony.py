"""Where phone numbers are rented: a port, and a provider of numbers of fiction to try things out.

``LEADLINE_TELEPHONY`` chooses the provider. Another one is a class more, and a name in the setting.
"""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple, Protocol

import msgspec
import phonenumbers

from leadline.kernel.errors import RefusedError
from leadline.settings import Settings


class WantedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to rent. ``prefix`` is an area code, or the beginning of one.

    A number for text messages is wanted unless ``with_sms`` is false. ``bundle_id`` names the
    papers (a proof of address) without which some numbers are not rented out.
    """

    country: str
    prefix: str = ""
    carrier_type: str | None = None
    with_sms: bool | None = None
    with_mms: bool | None = None
    bundle_id: str | None = None


class RentedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` is in E.164; text messages and pictures reach these countries from it.

    ``bundle_id`` names the papers that it was rented with, if it needs any.
    """

    number: str
    carrier_type: str
    sms_countries: list[str]
    mms_countries: list[str]
    bundle_id: str | None


class NotRentedError(RefusedError):
    """There is no such number to rent. ``status`` says why to programs, the text to people."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status


class Telephony(Protocol):
    """A provider of phone numbers. Numbers remember its ``name``: only it can take them back."""

    @property
    def name(self) -> str: ...

    @property
    def countries(self) -> Set[str]:
        """Where numbers can be rented, in two letters."""
        ...

    async def rent(self, wanted: WantedNumber, taken: Set[str]) -> RentedNumber:
        """A number that is not among those ``taken``; NotRentedError when there is none."""
        ...

    async def release(self, number: str) -> None:
        """Gives a number back. Giving it back again changes nothing."""
        ...


def telephony_of(settings: Settings) -> Telephony | None:
    """The provider that the settings name; None when numbers cannot be rented here."""
    return FictitiousNumbers() if settings.telephony == "test" else None


class _Range(NamedTuple):
    """``size`` numbers from ``first`` on, without country code, where no phone will ever ring."""

    carrier_type: str
    first: int
    size: int
    sms_countries: tuple[str, ...] = ()
    mms_countries: tuple[str, ...] = ()
    needs_bundle: bool = False

    def first_free(self, country_code: int, prefix: str, taken: Set[str]) -> str | None:
        for number in map(str, range(self.first, self.first + self.size)):
            spelled = f"+{country_code}{number}"
            if number.startswith(prefix) and spelled not in taken:
                return spelled
        return None


# What the numbering authorities keep free for plays and films: 555-01xx in each North American area
# code and one toll-free number, and Ofcom's numbers for drama.
_TOLL_FREE = _Range("tollfree", 800_555_0199, 1)
_BRITISH = (
    _Range("mobile", 7700_900_000, 1000, ("GB",)),
    _Range("local", 20_7946_0000, 1000, needs_bundle=True),
    _Range("local", 1632_960_000, 1000, needs_bundle=True),
    _Range("national", 3069_990_000, 1000, needs_bundle=True),
    _Range("tollfree", 808_157_0000, 1000),
)


@lru_cache
def _ranges(country: str) -> tuple[_Range, ...]:
    if country == "GB":
        return _BRITISH
    local = (
        _Range("local", code * 10_000_000 + 555_0100, 100, ("CA", "PR", "US"), ("CA", "US"))
        for code in range(201, 990)
        if _is_area_code(code, country)
    )
    return (*local, _TOLL_FREE)


def _is_area_code(code: int, country: str) -> bool:
    number = phonenumbers.PhoneNumber(country_code=1, national_number=code * 10_000_000 + 234_5678)
    return (
        phonenumbers.region_code_for_number(number) == country
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    )


class FictitiousNumbers:
    """The provider ``test``: always the same numbers in the same order, and no network.

    It also says no in the ways in which real ones do: most British numbers are for voice only, and
    need papers.
    """

    name = "test"
    countries = frozenset({"CA", "GB", "US"})

    async def rent(self, wanted: WantedNumber, taken: Set[str]) -> RentedNumber:
        country_code = phonenumbers.country_code_for_region(wanted.country)
        prefix = wanted.prefix.lstrip("0")
        offers = [
            (number, found)
            for found in _ranges(wanted.country)
            if wanted.carrier_type in (None, found.carrier_type)
            and (number := found.first_free(country_code, prefix, taken))
        ]
        if not offers:
            raise NotRentedError("error", "There is no such number to rent.")
        if wanted.with_sms is not False:
            offers = [offer for offer in offers if offer[1].sms_countries]
            if not offers:
                words = "There are only numbers for voice; ask for one without SMS."
                raise NotRentedError("has-voice-only", words)
        if wanted.with_mms:
            offers = [offer for offer in offers if offer[1].mms_countries]
            if not offers:
                raise NotRentedError("error", "There is no such number with MMS.")
        if not wanted.bundle_id:
            offers = [offer for offer in offers if not offer[1].needs_bundle]
            if not offers:
                words = "A proof of address is needed: name its bundle_id."
                raise NotRentedError("needs-more-info", words)
        number, found = offers[0]
        return RentedNumber(
            number=number,
            carrier_type=found.carrier_type,
            sms_countries=[] if wanted.with_sms is False else list(found.sms_countries),
            mms_countries=[] if wanted.with_mms is False else list(found.mms_countries),
            bundle_id=wanted.bundle_id if found.needs_bundle else None,
        )

    async def release(self, number: str) -> None:
        """Nobody keeps a list of what is rented."""
