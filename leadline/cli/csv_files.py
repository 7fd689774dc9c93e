"""CSV files as people have them: any usual separator, byte order marks, and rows that are broken.

What cannot be read for certain is never guessed: such a row says why, and the others are read.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import msgspec

from leadline.cli.answers import CommandError
from leadline.kernel.composed_texts import composed

_SEPARATORS = ",;\t|"
# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BAD_QUOTES = "a quotation mark is not closed, or stands inside its cell without being doubled"
# What makes a formula of a cell; some spreadsheets take the wide forms for the same.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Row(msgspec.Struct, frozen=True):
    """A row and the line where it begins. With a ``flaw`` it cannot be used, and says why."""

    line: int
    cells: dict[str, str]
    flaw: str | None = None


class CsvFile:
    """A file with a heading row, in which the wanted columns are.

    The encoding is that of the byte order mark, else ``encoding``, else UTF-8.
    """

    def __init__(self, path: Path, wanted: Iterable[str], encoding: str | None = None) -> None:
        self.path = path
        self._encoding = _marked_encoding(path) or _known_encoding(encoding or "utf-8")
        try:
            before, named, heading = self._find_heading()
            self._skipped = before
            choices = named or _SEPARATORS
            columns = list(wanted)
            self._separator = max(choices, key=lambda each: _fit(_cells(heading, each), columns))
            self.headings = _cells(heading, self._separator)
            self._require(columns)
            self.count = sum(1 for _ in self.rows())
        except UnicodeError as error:
            raise CommandError(
                f"{path} is not {self._encoding.upper()}: save it as CSV UTF-8, or name its "
                "encoding, as --encoding windows-1252."
            ) from error

    def _find_heading(self) -> tuple[int, str | None, list[str]]:
        """How many lines stand before the heading, the separator that they name, and the lines
        from there on, as many as a heading can have."""
        separator = None
        with self._open() as file:
            for number, line in enumerate(file):
                said = line.strip("\r\n ")
                if number == 0 and said[:4].lower() == "sep=" and len(said) == 5:
                    separator = said[4]
                elif line.strip():
                    following = (each for _, each in zip(range(99), file, strict=False))
                    return number, separator, [line, *following]
        raise CommandError(f"{self.path} is empty; a heading row is expected.")

    def _require(self, wanted: list[str]) -> None:
        """CommandError when one of these columns is not there, or there twice."""
        if not self.headings:
            raise CommandError(f"The heading row cannot be read: {_BAD_QUOTES}.")
        for name in wanted:
            if name not in self.headings:
                close = get_close_matches(name, self.headings, 1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                known = ", ".join(self.headings)
                raise CommandError(f"There is no column {name!r}.{hint} There are: {known}.")
            if self.headings.count(name) > 1:
                raise CommandError(f"There are {self.headings.count(name)} columns {name!r}.")

    def rows(self) -> Iterator[Row]:
        """The rows that have something in them; cells are trimmed, missing ones empty."""
        with self._open() as file:
            records = _records(self._lines_from_heading(file), self._separator)
            next(records)
            for index, found in records:
                line = self._skipped + index
                if isinstance(found, str):
                    yield Row(line, {}, found)
                    continue
                cells = [cell.strip() for cell in found]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        size = len(self.headings)
        flaw = None
        if len(cells) > size:
            flaw = f"it has {len(cells)} cells, the heading has {size}"
        elif any("\0" in cell for cell in cells):
            flaw = "it contains a NUL character"
        padded = [*cells, *[""] * (size - len(cells))]
        return Row(line, dict(zip(self.headings, padded, strict=False)), flaw)

    def _lines_from_heading(self, file: Iterable[str]) -> Iterator[str]:
        lines = iter(file)
        for _ in range(self._skipped):
            next(lines)
        return lines

    def _open(self) -> TextIO:
        return self.path.open(encoding=self._encoding, newline="")


def _marked_encoding(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise CommandError(f"There is no encoding {name!r}.") from None
    return name


def _cells(heading: list[str], separator: str) -> list[str]:
    """The cells of the record that these lines begin with; none when it cannot be read."""
    _, found = next(_records(iter(heading), separator), (0, ""))
    return [] if isinstance(found, str) else [cell.strip() for cell in found]


def _fit(cells: list[str], wanted: list[str]) -> tuple[int, int]:
    """How well a heading was read: first by the wanted columns in it, then by the number of all."""
    return sum(name in cells for name in wanted), len(cells)


def _records(lines: Iterator[str], separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """The line of each record, from 1 on, with its cells, or with the reason why there are none.

    After a line that cannot be read the next one is tried: a quotation that never ends takes no
    other row with it.
    """
    again: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(lines, None)) is not None:
            taken.append(line)
            yield composed(line)

    number = 1
    while True:
        try:
            for cells in csv.reader(feed(), delimiter=separator, strict=True):
                yield number, cells
                number += len(taken)
                taken.clear()
        except csv.Error:
            yield number, _BAD_QUOTES
            number += 1
            again.extendleft(reversed(taken[1:]))
            taken.clear()
        else:
            return


def write_rows(path: Path, headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Writes a CSV file. Cells that a spreadsheet would run as a formula are quoted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULAS):
        return f"'{cell}"
    return cell
