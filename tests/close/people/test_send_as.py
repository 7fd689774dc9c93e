"""Who may send e-mails as whom."""

from __future__ import annotations

from tests.cast import World
from tests.close.making import user, wrong


def test_members_allow_others_to_send_as_them(world: World):
    body = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.cy)}
    response = world.bo.close.send("POST", "/send_as/", body)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/send_as/{made['id']}/"
    assert made == {**body, "id": made["id"], "organization_id": f"orga_{world.bo.org}"}
    assert world.bo.close.post("/send_as/", body, 201) == made
    assert world.bo.close.get("/send_as/")["data"] == [made]
    assert world.cy.close.get("/send_as/")["data"] == []
    mine = {"allowed_user_id": user(world.cy)}
    assert world.cy.close.get("/send_as/", params=mine)["data"] == [made]
    assert world.cy.close.get(f"/send_as/{made['id']}/") == made
    world.dora.close.get(f"/send_as/{made['id']}/", 404)
    world.dora.close.get("/send_as/", 400, params=mine)
    world.dora.close.get("/send_as/", 400, params={"allowing_user_id": user(world.bo)})
    world.cy.close.delete(f"/send_as/{made['id']}/", status=204)
    assert world.bo.close.get("/send_as/")["data"] == []


def test_members_allow_sending_only_as_themselves(world: World):
    theirs = {"allowing_user_id": user(world.ada), "allowed_user_id": user(world.cy)}
    assert set(wrong(world.bo.close.post("/send_as/", theirs, 400))) == {"allowing_user_id"}
    to_stranger = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.eve)}
    assert set(wrong(world.bo.close.post("/send_as/", to_stranger, 400))) == {"allowed_user_id"}
    to_self = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.bo)}
    assert set(wrong(world.bo.close.post("/send_as/", to_self, 400))) == {"allowed_user_id"}
    world.bo.close.delete("/send_as/", status=400)


def test_bulk_requests_allow_and_disallow_several_people(world: World):
    allowed = {"allowed_user_ids": [user(world.cy), user(world.dora)]}
    found = world.bo.close.post("/send_as/bulk/", allowed, 200)["data"]
    assert [each["allowed_user_id"] for each in found] == allowed["allowed_user_ids"]
    swapped = {"allowed_user_ids": [user(world.ada)], "disallowed_user_ids": [user(world.cy)]}
    found = world.bo.close.post("/send_as/bulk/", swapped, 200)["data"]
    assert [each["allowed_user_id"] for each in found] == [user(world.dora), user(world.ada)]
    wrong_one = {"allowed_user_ids": [user(world.cy), user(world.eve)]}
    answer = wrong(world.bo.close.post("/send_as/bulk/", wrong_one, 400))
    assert list(answer["allowed_user_ids"]["errors"]) == ["1"]
    params = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.dora)}
    for _ in range(2):
        world.bo.close.delete("/send_as/", status=204, params=params)
    assert len(world.bo.close.get("/send_as/")["data"]) == 1
