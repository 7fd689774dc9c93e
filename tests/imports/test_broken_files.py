"""Files that are broken or unusual: what can be read for certain comes in, the rest is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cast import World
from tests.imports.making import LEADS, Command, deal_arguments, lead_arguments, rows_of
from tests.outreach import make_configuration

QUOTES = "a quotation mark is not closed, or stands inside its cell without being doubled"


@pytest.fixture
def bring_in(world: World, run: Command, tmp_path: Path):
    """Imports a file with the columns id, at and name; returns the answer and the remarks."""
    make_configuration(world.bo)

    def command(content: bytes | str, *more: str, status: int = 0) -> tuple[dict[str, Any], Any]:
        file = tmp_path / "broken.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        answer = run(
            *("leads", str(file), "--organization", world.ada.org),
            *("--configuration", "facebook lead ad FUNNEL", "--external-id", "id"),
            *("--created-at", "at", *more),
            status=status,
        )
        said = rows_of(tmp_path / "broken.report.csv") if answer.get("report") else []
        return answer, [(row["line"], row["external_id"], row["reason"]) for row in said]

    return command


def names_of(world: World) -> list[str]:
    return [lead["display_name"] for lead in world.ada.close.get("/lead/")["data"]]


@pytest.mark.parametrize(
    ("rows", "remarks", "names"),
    [
        (
            'a,2026-01-05,"Kim\nb,2026-01-06,Lea\nc,2026-01-06,Max\n',
            [("2", "", QUOTES)],
            ["Lea", "Max"],
        ),
        (
            'a,2026-01-05,"Kim\nb,2026-01-06,"Lea"\nc,2026-01-06,"Max"\n',
            [("2", "", QUOTES)],
            ["Lea", "Max"],
        ),
        ('a,2026-01-05,"Kim "K" Lee"\nb,2026-01-06,Lea\n', [("2", "", QUOTES)], ["Lea"]),
        ('a,2026-01-05,"K""K"\nb,2026-01-06,"L\nM"\nc,2026-01-05,5" pipe\n', [], None),
        (
            "a,2026-01-05,King, Ada\nb,2026-01-06,Lea,,\nc,2026-01-06\n",
            [("2", "a", "it has 4 cells, the heading has 3")],
            ["Lea", "c"],
        ),
        (
            "a,2026-01-05,Kim\nb,2026-01-06,L\0a\nc,2026-01-06,Max\n",
            [("3", "b", "it contains a NUL character")],
            ["Kim", "Max"],
        ),
        (
            "a,2026-01-05,Kim\n\0,2026-01-06,Lea\n",
            [("3", "\0", "it contains a NUL character")],
            ["Kim"],
        ),
    ],
)
def test_a_broken_row_is_named_and_takes_no_other_with_it(
    world: World, bring_in: Any, rows: str, remarks: list[Any], names: list[str] | None
):
    answer, said = bring_in(f"id,at,name\n{rows}", "--name", "name")
    assert said == remarks
    assert answer["failed"] == len(remarks)
    assert answer["rows"] == answer["created"] + answer["failed"]
    assert names is None or names_of(world) == names


def test_a_broken_row_of_deals_is_named_too(world: World, run: Command, tmp_path: Path):
    make_configuration(world.bo)
    file, deals = tmp_path / "leads.csv", tmp_path / "deals.csv"
    file.write_text(LEADS)
    run(*lead_arguments(world, file))
    deals.write_text('id,won,note\na1,2026-03-01,"oops\na2,2026-03-01,fine\na2,2026-04-01,1,2\n')
    answer = run(*deal_arguments(world, deals))
    assert (answer["created"], answer["failed"]) == (1, 2)
    assert [row["line"] for row in rows_of(tmp_path / "deals.report.csv")] == ["2", "4"]


def test_a_column_that_is_there_twice_is_refused(bring_in: Any):
    twice = "id,at,Phone,Phone\na,2026-01-05,+14155550101,+14155550102\n"
    answer, _ = bring_in(twice, "--phone", "Phone", status=2)
    assert answer == {"error": "There are 2 columns 'Phone'."}
    answer, _ = bring_in(twice)
    assert answer["created"] == 1


@pytest.mark.parametrize(
    "content",
    [
        'id;at;"name (first, middle, last, title)";name\na;2026-01-05;x;Kim\n',
        "id\tat\tname\ta,b,c,d,e\na\t2026-01-05\tKim\tx\n",
        'id,at,"a;b;c;d;e",name\na,2026-01-05,x,Kim\n',
        '"Full\nname";at;id;name\nx;2026-01-05;a;Kim\n',
        "sep=;\nid;at;name;a,b,c,d,e\na;2026-01-05;Kim\n",
        "SEP=^\r\nid^at^name\r\na^2026-01-05^Kim\r\n",
        "\n  \r\nid,at,name\na,2026-01-05,Kim\n",
        "id,at,name\ra,2026-01-05,Kim\r",
    ],
)
def test_separators_are_found_over_the_whole_heading(world: World, bring_in: Any, content: str):
    answer, _ = bring_in(content, "--name", "name")
    assert (answer["rows"], answer["created"]) == (1, 1)
    assert names_of(world) == ["Kim"]


def test_lines_are_counted_from_the_top_of_the_file(bring_in: Any):
    _, said = bring_in('sep=,\n\nid,at,"na\nme"\na,2026-01-05\nb,never\n')
    assert [line for line, _, _ in said] == ["6"]


def test_files_in_other_encodings_are_recognised_or_named(world: World, bring_in: Any):
    text = "id,at,name\n{},2026-01-05,Jürgen\n"
    for key, encoding in (("a", "utf-8-sig"), ("b", "utf-16")):
        assert bring_in(text.format(key).encode(encoding), "--name", "name")[0]["created"] == 1
    western = text.format("c").encode("windows-1252")
    answer, _ = bring_in(western, "--name", "name", status=2)
    assert answer["error"].endswith(
        "broken.csv is not UTF-8: save it as CSV UTF-8, or name its encoding, "
        "as --encoding windows-1252."
    )
    answer, _ = bring_in(western, "--name", "name", "--encoding", "windows-1252")
    assert answer["created"] == 1
    assert set(names_of(world)) == {"Jürgen"}
    answer, _ = bring_in(western, "--encoding", "klingon", status=2)
    assert answer == {"error": "There is no encoding 'klingon'."}


def test_letters_and_their_marks_become_one_sign(world: World, bring_in: Any):
    bring_in("id,at,na\u0308me\na,2026-01-05,Zoe\u0308\n", "--name", "n\u00e4me")
    assert names_of(world) == ["Zo\u00eb"]


def test_an_id_counts_as_seen_only_when_its_row_came_in(bring_in: Any):
    rows = (
        "id,at,mail\na,2026-01-05,a@example.com\nb,2026-01-05,a@example.com\n"
        "b,2026-01-05,b@example.com\nb,2026-01-05,c@example.com\n"
    )
    answer, said = bring_in(rows, "--email", "mail")
    assert answer["created"] == 2
    assert said == [
        ("3", "b", "a@example.com belongs to the lead of line 2"),
        ("5", "b", "line 4 has the same external id"),
    ]


def test_the_report_is_in_the_order_of_lines_and_quotes_no_whole_novel(bring_in: Any):
    novel = "x" * 25_000
    rows = f"id,at,mail\na,2026-01-05,a@example.com\nb,2026-01-05,a@example.com\nc,{novel},\n"
    _, said = bring_in(f"{rows}=d,2026-01-05,1,2\n{novel},never,\n", "--email", "mail")
    assert [line for line, _, _ in said] == ["3", "4", "5", "6"]
    assert said[1][2] == f"'{novel[:100]}…' is no date or time"
    assert said[2][1] == "'=d"
    assert said[3][1] == f"{novel[:100]}…"
