"""Rich text from anywhere: words stay apart, and what nobody reads is left out."""

from __future__ import annotations

import pytest

from leadline.platform.rich_text import both_texts
from tests.cast import World


@pytest.mark.parametrize(
    ("given", "plain", "rich"),
    [
        (
            "<body><div>Hello Ada</div><div>call back Monday</div></body>",
            "Hello Ada\ncall back Monday",
            "Hello Ada<br />call back Monday",
        ),
        ("<div><div>a</div>\n<div>b</div></div>", "a\nb", "a<br />b"),
        ("<div><p>a</p></div><div><p>b</p></div>", "a\nb", "<p>a</p><p>b</p>"),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            "a b\nc",
            None,
        ),
        ("<blockquote>quoted</blockquote>reply", "quoted\nreply", "quoted<br />reply"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb", "a<br />b"),
        ("Intro<p>para</p>", "Intro\npara", "Intro<p>para</p>"),
        ("x<h2>t</h2>y", "x\nt\ny", "x<h2>t</h2>y"),
        ("x<ul><li>a</li></ul>", "x\n- a", "x<ul><li>a</li></ul>"),
        ("a<hr>b", "a\nb", "a<hr />b"),
        (
            "<html><head><title>Offer.docx</title></head><body><p>Dear Ada</p></body></html>",
            "Dear Ada",
            "<p>Dear Ada</p>",
        ),
        ("a<textarea>b</textarea><select><option>c</option></select>d", "ad", "ad"),
        (
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
            "- a\n- b\n- c",
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        ),
        ("<ol><li><p>a</p><p>b</p></li></ol>", "- a\nb", None),
        ("<p>a</p><p><br></p><p>b</p>", "a\n\nb", "<p>a</p><p><br /></p><p>b</p>"),
        ("<p>a<br></p><p>b</p>", "a\nb", "<p>a<br /></p><p>b</p>"),
        ("<p>a</p>\n  <p>b\n c</p>", "a\nb c", None),
        ("<p>a <b>b</b>c &lt;div&gt; d</p>", "a bc <div> d", None),
        ("<div></div>", "", ""),
    ],
)
def test_words_stay_apart(given: str, plain: str, rich: str | None):
    said, cleaned = both_texts(None, given)
    assert said == plain
    assert rich is None or cleaned == f"<body>{rich}</body>"
    assert both_texts(None, cleaned) == (said, cleaned)


@pytest.mark.parametrize("part", [" ", "\n", "<p>", "<li>", "<", "</div>\n", "<div>a</div> "])
def test_long_texts_are_read(part: str):
    plain, rich = both_texts(None, part * (100_000 // len(part)))
    assert plain.count("a") == rich.count("a")
    assert rich.startswith("<body>")


def test_what_stood_on_two_lines_is_found_by_its_words(world: World):
    lead_id = world.ada.close.post("/lead/", {"name": "Acme"})["id"]
    body = {"lead_id": lead_id, "note_html": "<div>Hello Ada</div><div>call back</div>"}
    assert world.ada.close.post("/activity/note/", body)["note"] == "Hello Ada\ncall back"
    found = world.ada.close.get("/lead/", params={"query": 'note("call back")'})
    assert [lead["id"] for lead in found["data"]] == [lead_id]


@pytest.mark.parametrize("tag", ["div", "ul", "b", "span", "unknown"])
def test_html_that_nests_to_keep_the_server_busy_is_refused(world: World, tag: str):
    body = {"lead_id": world.ada.close.post("/lead/", {})["id"], "note_html": f"<{tag}>" * 501}
    refused = world.ada.close.post("/activity/note/", body, 400)
    assert refused == {"error": "The HTML nests deeper than 500 levels."}
    for deep in (f"<{tag}>" * 400, f"<{tag}>x</{tag}><br>" * 2000):
        world.ada.close.post("/activity/note/", {**body, "note_html": deep}, 200)
