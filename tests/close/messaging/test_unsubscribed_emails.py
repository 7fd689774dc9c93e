"""Unsubscribed e-mail addresses: listing them, and how contacts show them."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import contact, lead, wrong
from tests.close.people.making import blind, give


def test_contacts_and_leads_show_which_addresses_are_unsubscribed(world: World):
    emails = [{"email": "Steve@example.com"}, {"email": "jane@example.com"}]
    made = lead(world, contacts=[{"name": "Steve", "emails": emails}])
    assert made["primary_email"]["is_unsubscribed"] is False
    body = {"email": "steve@EXAMPLE.com"}
    for _ in range(2):
        answer = world.bo.close.post("/unsubscribe/email/", body, 201)
        assert answer == {"email": "steve@example.com"}
    listed = world.bo.close.get("/unsubscribe/email/")
    assert listed == {"data": [{"email": "steve@example.com"}], "has_more": False}
    found = world.bo.close.get(f"/lead/{made['id']}/")
    assert found["primary_email"]["is_unsubscribed"] is True
    flags = [email["is_unsubscribed"] for email in found["contacts"][0]["emails"]]
    assert flags == [True, False]
    (by_itself,) = world.bo.close.get("/contact/")["data"]
    assert by_itself == found["contacts"][0]
    later = contact(world, name="Other", emails=[{"email": "steve@example.com"}])
    assert later["emails"][0]["is_unsubscribed"] is True
    path = "/unsubscribe/email/Steve@Example.com/"
    world.eve.close.delete(path, status=404)
    assert world.bo.close.delete(path, status=200) == {"email": "steve@example.com"}
    world.bo.close.delete(path, status=404)
    again = world.bo.close.get(f"/contact/{later['id']}/")
    assert again["emails"][0]["is_unsubscribed"] is False


@pytest.mark.parametrize("email", ["nobody", "", "x" * 501, None])
def test_an_invalid_address_is_refused(world: World, email: str | None):
    answer = world.bo.close.post("/unsubscribe/email/", {"email": email}, 400)
    assert set(wrong(answer)) == {"email"}


def test_the_list_has_pages_in_the_order_of_unsubscribing(world: World):
    emails = ["zoe@example.com", "adam@example.com", "mia@example.com"]
    for email in emails:
        world.bo.close.post("/unsubscribe/email/", {"email": email}, 201)
    rows = [{"email": email} for email in emails]
    assert world.cy.close.get("/unsubscribe/email/") == {"data": rows, "has_more": False}
    page = world.cy.close.get("/unsubscribe/email/", params={"_limit": "1", "_skip": "1"})
    assert page == {"data": [rows[1]], "has_more": True}


def test_every_organization_has_a_list_of_its_own(world: World):
    body = {"email": "steve@example.com"}
    world.bo.close.post("/unsubscribe/email/", body, 201)
    assert world.eve.close.get("/unsubscribe/email/")["data"] == []
    contacts = [{"name": "Steve", "emails": [body]}]
    south = world.eve.close.post("/lead/", {"contacts": contacts}, 200)
    assert south["primary_email"]["is_unsubscribed"] is False
    world.eve.close.post("/unsubscribe/email/", body, 201)
    world.eve.close.delete("/unsubscribe/email/steve@example.com/", status=200)
    assert world.bo.close.get("/unsubscribe/email/")["data"] == [body]


@pytest.mark.parametrize("email", ["nobody", "nobody@example.com", "%20", "x" * 501])
def test_an_address_that_is_not_on_the_list_cannot_be_taken_off(world: World, email: str):
    world.bo.close.delete(f"/unsubscribe/email/{email}/", status=404)


def test_a_restricted_user_takes_no_opt_out_back(world: World):
    world.ada.close.post("/unsubscribe/email/", {"email": "optout@example.com"}, 201)
    give(world, world.bo, "restricteduser")
    world.bo.close.delete("/unsubscribe/email/optout@example.com/", status=403)
    assert world.bo.close.get("/unsubscribe/email/")["data"] == [{"email": "optout@example.com"}]


def test_addresses_of_hidden_leads_are_neither_listed_nor_taken_back(world: World):
    for person, email in ((world.ada, "hilda@hidden.example"), (world.bo, "own@example.com")):
        made = person.close.post("/lead/", {"contacts": [{"emails": [{"email": email}]}]}, 200)
        assert made["primary_email"]["email"] == email
        world.ada.close.post("/unsubscribe/email/", {"email": email}, 201)
    blind(world, world.bo, permissions=["bulk_email"])
    assert world.bo.close.get("/unsubscribe/email/")["data"] == [{"email": "own@example.com"}]
    world.bo.close.delete("/unsubscribe/email/hilda@hidden.example/", status=404)
    world.bo.close.delete("/unsubscribe/email/own@example.com/", status=200)
    assert len(world.ada.close.get("/unsubscribe/email/")["data"]) == 1
