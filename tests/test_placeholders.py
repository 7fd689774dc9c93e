"""Placeholders: what the grammar takes, what it refuses, and what comes out."""

import pytest

from leadline.kernel.placeholders import flaw, names, render

VALUES = {"firstName": "Jamie", "contact.firstName": "Lee", "tour.date": None, "age": 42, "x": ""}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Hi {{firstName}}, thanks!", "Hi Jamie, thanks!"),
        ("Hi {{ contact.firstName }}", "Hi Lee"),
        ("{{firstName}}{{firstName}}", "JamieJamie"),
        ("You are {{age}}", "You are 42"),
        ("Hi {{unknown}}!", "Hi !"),
        ("Hi {{unknown | there }}!", "Hi there!"),
        ("On {{tour.date|a day of your choice}}", "On a day of your choice"),
        ("Hi {{x | friend}}", "Hi friend"),
        ("Hi {{firstName | friend}}", "Hi Jamie"),
        ("{{unknown|}}", ""),
        ("a { b } c {0} %s $x", "a { b } c {0} %s $x"),
        ("", ""),
    ],
)
def test_texts_that_are_well_formed(text: str, rendered: str):
    assert flaw(text) is None
    assert render(text, VALUES) == rendered


@pytest.mark.parametrize(
    "text",
    [
        "Hi {{firstName",
        "Hi firstName}}",
        "Hi {{firstName}",
        "Hi {{}}",
        "Hi {{ }}",
        "Hi {{{firstName}}}",
        "Hi {{first name}}",
        "Hi {{1st}}",
        "Hi {{contact.}}",
        "Hi {{.firstName}}",
        "Hi {{contact..firstName}}",
        "Hi {{firstName | a {b} }}",
        "Hi {{ {{firstName}} }}",
        "Hi {{firstName()}}",
        "Hi {{firstName[0]}}",
        "Hi {{1 + 1}}",
        "Hi {{firstName!r}}",
        "Hi {{firstName}} and {{",
    ],
)
def test_texts_that_are_refused(text: str):
    assert flaw(text) is not None


def test_the_flaw_shows_where():
    found = flaw("Hi {{firstName}}, your {{first name}} is here")
    assert found is not None
    assert found.startswith("'{{first name}} is here' is no placeholder")


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Hi {{first name}} {{firstName", "Hi  {{firstName"),
        ("{% if firstName %}Hi{% endif %} {{firstName}}", "Hi Jamie"),
        ("{{#each}}x{{/each}} {{ 1 + 1 }}", "x "),
        ("{{{firstName}}}", ""),
        ("{{}}.", "."),
        ("a } b }} c", "a } b }} c"),
    ],
)
def test_what_cannot_be_read_says_nothing(text: str, rendered: str):
    assert render(text, VALUES) == rendered


@pytest.mark.parametrize(
    "text",
    [
        '{{ lead.custom.["Company size"] }}',
        '{{lead.custom["Company size"]}}',
        "{{ lead.custom.['Company size'] }}",
        '{{lead.custom.[ "Company size" ] | some}}',
        '{{ lead["custom"]["Company size"] }}',
    ],
)
def test_parts_of_a_name_may_stand_in_brackets(text: str):
    assert flaw(text) is None
    assert names(text) == ["lead.custom.Company size"]
    assert render(text, {"lead.custom.Company size": 42}) == "42"


def test_values_are_never_rendered_again():
    values = {"a": "{{b}}", "b": "secret", "c": r"\1 \g<name> {b}"}
    assert render("{{a}} {{c}}", values) == r"{{b}} \1 \g<name> {b}"


def test_names_are_told_once_in_their_order():
    text = "{{b}} {{a.c | x}} {{b}} {{ not one }}"
    assert names(text) == ["b", "a.c"]


def test_names_may_be_of_any_language():
    assert render("Olá {{nome-próprio}}", {"nome-próprio": "Zé"}) == "Olá Zé"


def test_long_garbage_is_refused_without_effort():
    for piece in ("{{", "{{ ", "{{a.", "{{a|", "{{a-", "{{a[", '{{a["', '["a"]', "{%"):
        text = "{{a" + piece * 20_000
        assert flaw(text) is not None
        assert render(text, {}) == text
