"""Reading what sources of leads send: raw (flat), fixed (grouped) or a mix of both.

Nothing is left out in silence: a value is kept, refused by its name, or named in ``warnings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from leadline.dialects.tether.contacts import ContactShape
from leadline.flows.intake import Incoming
from leadline.kernel.errors import Problems
from leadline.kernel.ids import parse_hex
from leadline.platform import emails, phone_numbers

CONFIGURATION = ("configurationId", "configuration_id", "CONFIGURATION_ID")
_CONTACT_ID = ("contactId", "_id", "id")
_NAMES = {
    "name": ("name", "fullName"),
    "first_name": ("firstName", "first_name"),
    "last_name": ("lastName", "last_name"),
    "source": ("source",),
}
_EMAIL = ("email",)
_PHONE = ("phoneNumber", "phone_number", "phone", "secondaryPhoneNumber")
_READ = frozenset((*(name for names in _NAMES.values() for name in names), *_EMAIL, *_PHONE))
# Contacts are shown with these: a custom field of such a name could never be seen.
_SHOWN = frozenset(ContactShape.__annotations__) - {*_READ, *_CONTACT_ID}
_GROUPS = ("contacts", "applications", "conversations", "customData")
_MAX_TEXT = 1000

# Where a value stands in the payload, as ("contacts", "email"), with the value.
Place = tuple[str, ...]


class Payload(msgspec.Struct, frozen=True):
    """What was read, and what was left out of it."""

    incoming: Incoming
    warnings: list[str]


def read_payload(body: Mapping[str, Any], configuration_id: bytes, country: str) -> Payload:
    """The payload as the intake takes it; InvalidError with every problem otherwise."""
    return _Reader(body, country).read(configuration_id)


class _Reader:
    def __init__(self, body: Mapping[str, Any], country: str) -> None:
        self._country = country
        self._problems = Problems()
        self._warnings: list[str] = []
        self._flat = {key: value for key, value in body.items() if key not in CONFIGURATION}
        self._groups = {group: self._group(group) for group in _GROUPS}
        # Where the contact's own fields may stand; what is more explicit comes first.
        self._sources: dict[Place, Mapping[str, Any]] = {
            ("contacts",): self._groups["contacts"],
            (): self._flat,
            ("customData",): self._groups["customData"],
        }

    def read(self, configuration_id: bytes) -> Payload:
        names = {field: self._first(self._texts(names)) for field, names in _NAMES.items()}
        addresses, phones = self._emails(), self._phones()
        contact_id = self._contact_id()
        if not self._problems.found and not (phones or addresses or contact_id):
            words = "phoneNumber or email is required unless contactId is supplied"
            self._problems.add("required", "phoneNumber", text=words)
        self._problems.stop_if_any()
        of_contact, extras = self._values()
        incoming = Incoming(
            configuration_id=configuration_id,
            contact_id=contact_id,
            **names,
            emails=addresses,
            phones=phones,
            extras=extras,
            contact_values=of_contact,
            application_values=_filled(self._groups["applications"]),
            conversation_values=_filled(self._groups["conversations"]),
        )
        return Payload(incoming, self._warnings)

    def _group(self, name: str) -> dict[str, Any]:
        value = self._flat.pop(name, None)
        if value is not None and not isinstance(value, dict):
            self._problems.add("type", name, text="Value must be of dict type.")
            return {}
        return dict(value or {})

    def _texts(self, names: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
        """What stands under these names, the most usual name first; numbers count as text."""
        for name in names:
            for place, source in self._sources.items():
                value = source.get(name)
                if isinstance(value, int) and not isinstance(value, bool):
                    value = str(value)
                if _is_nothing(value):
                    continue
                if not isinstance(value, str):
                    self._problems.add("type", *place, name, text="Value must be of str type.")
                elif len(value) > _MAX_TEXT:
                    self._problems.add("too_long", *place, name)
                else:
                    yield (*place, name), value.strip()

    def _first(self, given: Iterator[tuple[Place, str]]) -> str | None:
        """The first of them; others that say something else are named."""
        first: tuple[Place, str] | None = None
        for place, text in given:
            if first is None:
                first = place, text
            elif text != first[1]:
                self._left_out(place, f"{_spell(first[0])} says something else")
        return first[1] if first else None

    def _emails(self) -> list[str]:
        found = []
        for place, text in self._texts(_EMAIL):
            address = emails.normalise(text)
            if address is None:
                self._problems.add("email", *place)
            else:
                found.append(address)
        return list(dict.fromkeys(found))

    def _phones(self) -> list[str]:
        found = []
        for place, text in self._texts(_PHONE):
            if phone_numbers.says_none(text):
                self._left_out(place, "it is no phone number")
                continue
            number = phone_numbers.to_e164(text, self._country)
            if number is None:
                self._problems.add("phone", *place)
            else:
                found.append(number)
        return list(dict.fromkeys(found))

    def _contact_id(self) -> bytes | None:
        found: tuple[Place, Any] | None = None
        for name in _CONTACT_ID:
            for place, source in self._sources.items():
                value = source.get(name)
                if value is None or value == "":
                    continue
                if place == ("customData",):
                    self._left_out((*place, name), "the name is that of the contact's id")
                elif found is None:
                    found = (*place, name), value
                elif value != found[1]:
                    self._left_out((*place, name), f"{_spell(found[0])} says something else")
        if found is None:
            return None
        contact_id = parse_hex(found[1]) if isinstance(found[1], str) else None
        if contact_id is None:
            self._problems.add("not_found", *found[0])
        return contact_id

    def _values(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Values of custom fields: the contact's, and those of whatever has a field of the name."""
        of_contact: dict[str, Any] = {}
        extras: dict[str, Any] = {}
        came_from: dict[str, Place] = {}
        for place in (("contacts",), ("customData",), ()):
            kept = of_contact if place == ("contacts",) else extras
            for name, value in _filled(self._sources[place]).items():
                if name in _READ or name in _CONTACT_ID:
                    continue
                if name in _SHOWN:
                    self._left_out((*place, name), "contacts have a field of this name themselves")
                elif name not in came_from:
                    kept[name], came_from[name] = value, (*place, name)
                elif value != {**extras, **of_contact}[name]:
                    where = _spell(came_from[name])
                    self._left_out((*place, name), f"{where} says something else")
        return of_contact, extras

    def _left_out(self, place: Place, reason: str) -> None:
        self._warnings.append(f"{_spell(place)} was not kept: {reason}.")


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _spell(place: Place) -> str:
    return ".".join(place)
