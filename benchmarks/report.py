"""Tables for people: on the terminal, and between markers of docs/performance.md."""

from __future__ import annotations

from pathlib import Path

_DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


def table(headings: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def write_section(name: str, headings: list[str], rows: list[list[str]], *, write: bool) -> None:
    """Prints the table, and with ``write`` puts it between ``<!-- name -->`` markers."""
    text = table(headings, rows)
    print(text)
    if not write:
        return
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    document = _DOCUMENT.read_text()
    before, found, rest = document.partition(start)
    if not found:
        raise ValueError(f"{_DOCUMENT.name} has no marker {start}")
    after = rest.partition(end)[2]
    _DOCUMENT.write_text(f"{before}{start}\n{text}\n{end}{after}")
