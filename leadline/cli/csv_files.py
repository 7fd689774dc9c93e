"""Reading CSV files as people have them: any usual separator, with or without a byte order mark."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from leadline.cli.answers import CommandError

_SEPARATORS = ",;\t|"
# What makes a formula of a cell; some spreadsheets take the wide forms for the same.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class CsvFile:
    """A file with a heading row. ``rows`` yields line numbers and cells by heading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                heading = file.readline()
                if not heading.strip():
                    raise CommandError(f"{path} is empty; a heading row is expected.")
                self._separator = max(_SEPARATORS, key=heading.count)
                file.seek(0)
                reader = csv.reader(file, delimiter=self._separator)
                self.headings = [cell.strip() for cell in next(reader)]
                self.count = sum(1 for row in reader if any(row))
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not UTF-8: save it as CSV UTF-8.") from error
        except csv.Error as error:
            raise CommandError(f"{path} cannot be read as CSV: {error}") from error

    def require(self, headings: Iterable[str]) -> None:
        """CommandError when one of these columns is not there."""
        for wanted in headings:
            if wanted not in self.headings:
                close = get_close_matches(wanted, self.headings, 1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                known = ", ".join(self.headings)
                raise CommandError(f"There is no column {wanted!r}.{hint} There are: {known}.")

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line in the file, cells by heading); cells are trimmed, missing ones empty."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self._separator)
            next(reader)
            for cells in reader:
                if any(cells):
                    padded = [*cells, *[""] * len(self.headings)]
                    named = zip(self.headings, padded, strict=False)
                    yield reader.line_num, {name: cell.strip() for name, cell in named}


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
