"""``leadline phone-numbers``: what it registers can be used, what it refuses it explains."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from leadline.cli import main
from tests.cast import Person, World
from tests.close.making import user

NUMBER = "+14155550133"
Run = Callable[..., Any]


@pytest.fixture
def run(
    world: World, app_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command for north. The answer is its JSON, with ``plain`` what it tells people."""
    monkeypatch.setenv("LEADLINE_DATABASE_URL", app_url)

    def run(command: str, *arguments: str, status: int = 0, plain: bool = False) -> Any:
        given = ["phone-numbers", command, "--organization", world.ada.org, *arguments]
        capsys.readouterr()  # what the server has logged
        with pytest.raises(SystemExit) as ended:
            main(given if plain else [*given, "--json"])
        said = capsys.readouterr()
        structlog.reset_defaults()
        assert ended.value.code == status, said.err
        return said.out if plain else json.loads(said.out)

    return run


def numbers(world: World) -> list[Any]:
    found: list[Any] = world.bo.close.get("/phone_number/")["data"]
    return found


def sales(world: World, *people: Person) -> str:
    made: str = world.ada.close.post("/group/", {"name": "Sales"}, 201)["id"]
    for person in people:
        world.ada.close.post(f"/group/{made}/member/", {"user_id": user(person)}, 201)
    return made


def test_a_number_of_ones_own_is_registered_for_a_person(world: World, run: Run):
    made = run(
        *("add", "--number", "+1 (415) 555-0133", "--user", world.bo.email.upper()),
        *("--label", "Direct line", "--carrier-type", "local"),
        *("--sms-to", "us", "--sms-to", "CA", "--mms-to", "US"),
    )
    (shown,) = numbers(world)
    assert made == {
        "id": shown["id"],
        "number": NUMBER,
        "country": "US",
        "label": "Direct line",
        "is_group_number": False,
        "users": [world.bo.email],
        "carrier_type": "local",
        "sms_to": ["CA", "US"],
        "mms_to": ["US"],
        "rented_from": None,
    }
    assert (shown["number"], shown["label"], shown["type"]) == (NUMBER, "Direct line", "internal")
    assert shown["user_id"] == user(world.bo)
    assert (shown["sms_enabled"], shown["supports_mms_to_countries"]) == (True, ["US"])
    assert world.bo.close.get("/me/")["phone_numbers"][0]["number"] == NUMBER
    path = f"/phone_number/{shown['id']}/"
    assert world.bo.close.put(path, {"label": "Mine"})["label"] == "Mine"
    assert world.bo.close.delete(path, status=200) == {}


def test_a_number_is_shared_by_a_group_which_may_go(world: World, run: Run):
    group = sales(world, world.bo, world.cy)
    made = run("add", "--number", NUMBER, "--group", "sales")
    assert made["users"] == [world.bo.email, world.cy.email]
    (shown,) = numbers(world)
    assert shown["participants"] == [user(world.bo), user(world.cy)]
    world.ada.close.delete(f"/group/{group}/", status=204)
    assert numbers(world) == [shown]


def test_a_number_is_everyones(world: World, run: Run):
    assert run("add", "--number", NUMBER, "--everyone")["users"] == []
    (shown,) = numbers(world)
    assert (shown["is_group_number"], shown["participants"]) == (True, [])
    me = f"/membership/{world.bo.close.get('/me/')['memberships'][0]['id']}/"
    world.ada.close.put(me, {"default_caller_id": shown["id"]})


def test_numbers_are_listed_and_removed(world: World, run: Run, monkeypatch: pytest.MonkeyPatch):
    assert run("list") == []
    assert run("list", plain=True) == "There are no phone numbers.\n"
    run("add", "--number", NUMBER, "--user", world.bo.email, "--label", "Direct line")
    rented = world.cy.close.post("/phone_number/request/internal/", {"country": "US"}, 201)
    found = run("list")
    assert [(each["number"], each["rented_from"]) for each in found] == [
        (rented["number"], "test"),
        (NUMBER, None),
    ]
    _, first, second = run("list", plain=True).splitlines()
    assert first.split() == [rented["number"], world.cy.email, "test"]
    assert second.split() == [NUMBER, world.bo.email, "Direct", "line", "registered"]
    assert run("remove", "--number", NUMBER) == {"number": NUMBER}
    assert "no number of this" in run("remove", "--number", NUMBER, status=2)["error"]
    kept = run("remove", "--number", rented["number"], status=2)["error"]
    assert "LEADLINE_TELEPHONY" in kept
    monkeypatch.setenv("LEADLINE_TELEPHONY", "test")
    run("remove", "--number", rented["number"])
    assert numbers(world) == []


def test_whoever_called_from_a_removed_number_has_no_default(world: World, run: Run):
    number_id = run("add", "--number", NUMBER, "--everyone")["id"]
    me = f"/membership/{world.bo.close.get('/me/')['memberships'][0]['id']}/"
    world.ada.close.put(me, {"default_caller_id": number_id})
    run("remove", "--number", NUMBER)
    assert world.bo.close.get("/me/")["memberships"][0]["default_caller_id"] is None


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--number", NUMBER], "--everyone"),
        (["--number", NUMBER, "--everyone", "--group", "Sales"], "--everyone"),
        (["--number", "4155550133", "--everyone"], "country code"),
        (["--number", "+1", "--everyone"], "no phone number"),
        (["--number", f"{NUMBER} x5", "--everyone"], "number: Invalid phone number."),
        (["--number", NUMBER, "--everyone", "--sms-to", "USA"], "Did you mean US?"),
        (["--number", NUMBER, "--user", "nobody"], "no e-mail address"),
        (["--number", NUMBER, "--user", "nobody@example.com"], "no member"),
        (["--number", NUMBER, "--group", "Sale"], "Did you mean Sales?"),
        (["--number", NUMBER, "--group", "Sales"], "nobody in the group"),
        (["--number", NUMBER, "--everyone", "--label", "x" * 256], "label: "),
        (["--number", NUMBER, "--everyone", "--carrier-type", "tin"], "carrier-type"),
    ],
)
def test_what_cannot_be_registered_is_explained(
    world: World, run: Run, arguments: list[str], word: str
):
    sales(world)
    assert word in run("add", *arguments, status=2)["error"]
    assert numbers(world) == []


def test_a_number_is_registered_once_in_an_organization(world: World, run: Run):
    run("add", "--number", NUMBER, "--everyone")
    again = run("add", "--number", NUMBER, "--user", world.bo.email, status=2)
    assert "there already" in again["error"]
    assert len(numbers(world)) == 1


def test_somebody_of_another_organization_is_nobody_here(world: World, run: Run):
    refused = run("add", "--number", NUMBER, "--user", world.eve.email, status=2)["error"]
    assert "no member" in refused
    elsewhere = run("list", "--organization", "0" * 24, status=2)["error"]
    assert "no organization" in elsewhere
