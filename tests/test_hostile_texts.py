"""Texts that would harm whoever shows them, or keep the server busy that reads them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from leadline.platform.logs import hide_secrets
from leadline.platform.rich_text import clean_html
from leadline.wire.operation import Operation
from tests.cast import World
from tests.samples import all_operations, sample_call, things_of

MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVa\tScRiPt:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<img src='javascript:alert(1)'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data='x'></object><embed src='x'><base href='https://evil.example'>",
    "<form action='https://evil.example'><input name=a></form>",
    "<p style='background:url(javascript:alert(1))' onclick=alert(1)>x</p>",
    "<body onload=alert(1)>x</body>",
    "<bo<body>dy onload=alert(1)>x",
    "<scr<body>ipt>alert(1)</scr</body>ipt>",
    "<scr<script>ipt>alert(1)</script>",
    "<span class='x' data-type='mention' data-id='\"><script>alert(1)</script>'>x</span>",
    '<img alt="`><script>alert(1)</script>" src="https://e.example/x">',
    "<!--><script>alert(1)</script>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<style>@import 'https://evil.example'</style>",
    "<template><script>alert(1)</script></template>",
    "<textarea></p><img src=x onerror=alert(1)></textarea>",
    "\x00<script>alert(1)</script>",
    "<p>" * 5000,
    "<" * 20_000,
]


class Allowed(HTMLParser):
    """Collects what a browser would see in a text and a note does not have."""

    TAGS = frozenset(
        {"a", "b", "body", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i"}
        | {"img", "li", "ol", "p", "s", "span", "strong", "u", "ul"}
    )
    ATTRIBUTES = frozenset(
        {"alt", "class", "data-id", "data-label", "data-type", "href", "rel", "src"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.TAGS:
            self.found.append(tag)
        for name, value in attrs:
            scheme = (value or "").strip().lower().partition(":")[0]
            is_link = name in ("href", "src") and ":" in (value or "")
            if name not in self.ATTRIBUTES:
                self.found.append(name)
            elif is_link and scheme not in ("http", "https", "mailto", "tel"):
                self.found.append(str(value))

    def handle_comment(self, data: str) -> None:
        self.found.append(data)


def dangers(rich: str) -> list[str]:
    parser = Allowed()
    parser.feed(rich)
    parser.close()
    return parser.found


def test_the_reader_of_this_test_sees_dangers():
    seen = [markup for markup in MARKUP[:16] if dangers(markup)]
    assert seen == MARKUP[:16]


@pytest.mark.parametrize("markup", MARKUP)
def test_rich_text_is_harmless(markup: str):
    cleaned = clean_html(markup)
    assert dangers(cleaned) == []
    assert dangers(clean_html(cleaned)) == []


def rich_operations() -> list[Any]:
    return [
        pytest.param(dialect, operation, id=f"{dialect}.{operation.name}")
        for dialect, operation in all_operations()
        if "note_html" in getattr(operation.body, "__struct_encode_fields__", ())
    ]


@pytest.mark.parametrize(("dialect", "operation"), rich_operations())
def test_what_is_stored_as_rich_text_is_harmless(world: World, dialect: str, operation: Operation):
    call = sample_call(dialect, operation, things_of(world))
    for markup in MARKUP:
        if "\x00" in markup:
            continue  # refused by every operation
        body = {**call.body, "note_html": markup}
        path = call.path.removeprefix("/api/v1")
        shown = world.ada.close.send(operation.method, path, body).json()
        assert dangers(shown["note_html"] or "") == []


# Long texts that a careless pattern would read again and again: each takes milliseconds, or hours.
ENDLESS = ["<body", "</body ", "<", "&", "<p>", "<!--", "<br ", "{{a.", "eyJ-", "://a:", "a@"]


@pytest.mark.parametrize("piece", ENDLESS)
def test_a_long_text_is_read_once(world: World, piece: str):
    text = piece * (900_000 // len(piece))
    hide_secrets(text)
    clean_html(text)
    lead = world.ada.close.post("/lead/", {"name": "x"})["id"]
    call = {"lead_id": lead, "note_html": text, "phone": text, "direction": text}
    assert world.ada.close.send("POST", "/activity/call/", call).status_code < 500
    intake = dict.fromkeys(("firstName", "email", "phoneNumber", "source", "note"), text[:200_000])
    assert world.ada.tether.send("POST", "/outreach", intake).status_code < 500
