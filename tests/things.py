"""What the tests over all operations need to exist, and how they say what a valid request is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.cast import World


class Things:
    """What a request needs to exist, made by ada of north when it is first asked for."""

    def __init__(self, world: World, makers: Mapping[str, Callable[[Things], str]]) -> None:
        self.world = world
        self._makers = makers
        self._made: dict[str, str] = {}
        self.ids: set[str] = set()

    def __call__(self, name: str) -> str:
        """The id of a thing as its dialect spells it: ``close.outcome``. The same at each call."""
        if name not in self._made:
            self._made[name] = self.another(name)
        return self._made[name]

    def another(self, name: str) -> str:
        """The id of a thing that is new at each call."""
        found = self._makers[name](self)
        self.ids.update(re.findall("[0-9a-f]{24}", found))
        return found

    def word(self) -> str:
        """A text that nothing else has, for what must be unique."""
        Things._words += 1
        return f"word{Things._words}"

    def phone(self) -> str:
        """A phone number that nobody else has."""
        Things._words += 1
        return f"+1415555{Things._words % 10_000:04}"

    _words = 0

    def unknown(self, value: Any) -> Any:
        """The same value with an id that nothing has in the place of each id made here."""
        text = msgspec.json.encode(value).decode()
        for number, made in enumerate(sorted(self.ids)):
            text = text.replace(made, f"0123456789abcdef{number:08x}")
        return msgspec.json.decode(text)


Make = Callable[[Things], Any]


@dataclass(frozen=True)
class Sample:
    """``path`` says which thing a path parameter is, where its name does not tell.

    ``rows`` names what a list shows, where that is not the noun of the operation.
    """

    body: Make | None = None
    query: Make | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""
