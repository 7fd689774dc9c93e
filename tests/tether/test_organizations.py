"""Settings of an organization: the outreach close stages, and where the gross profit stands."""

from __future__ import annotations

import pytest

from tests.cast import World


def path(world: World) -> str:
    return f"/organizations/{world.ada.org}/outreach-close-stages"


def test_the_seeds_request_gets_the_seeds_answer(world: World):
    answer = world.ada.tether.put(path(world), {"stages": ["Closed Won", "Funded"]})
    assert answer == {"success": True, "data": ["Closed Won", "Funded"]}
    assert world.ada.tether.get(path(world)) == answer


def test_a_new_organization_counts_closed_won(world: World):
    assert world.ada.tether.get(path(world)) == {"success": True, "data": ["Closed Won"]}


def test_names_are_trimmed_and_duplicates_removed_in_order(world: World):
    stages = [" Funded ", "Closed Won", "Funded", "", "closed won"]
    answer = world.ada.tether.put(path(world), {"stages": stages})
    assert answer["data"] == ["Funded", "Closed Won", "closed won"]


def test_the_list_may_be_emptied(world: World):
    assert world.ada.tether.put(path(world), {"stages": []})["data"] == []


@pytest.mark.parametrize(
    "body", [{}, {"stages": None}, {"stages": "Funded"}, {"stages": ["Funded", 1]}, {"other": []}]
)
def test_a_wrong_body_gets_the_documented_message(world: World, body: dict[str, object]):
    answer = world.ada.tether.put(path(world), body, 400)
    assert answer == {"success": False, "message": '"stages" must be an array of strings'}
    assert world.ada.tether.get(path(world))["data"] == ["Closed Won"]


def test_reps_and_department_heads_need_admin_access(world: World):
    for person in (world.bo, world.dora):
        answer = person.tether.put(path(world), {"stages": []}, 403)
        assert answer == {"success": False, "message": "Admin access required"}
        person.tether.get(path(world), 403)


def test_another_organizations_admin_is_denied_without_learning_anything(world: World):
    denied = {"success": False, "message": "Access denied"}
    assert world.eve.tether.put(path(world), {"stages": []}, 403) == denied
    unknown = f"/organizations/{'0' * 24}/outreach-close-stages"
    assert world.eve.tether.put(unknown, {"stages": []}, 403) == denied
    assert world.ada.tether.get(path(world))["data"] == ["Closed Won"]


def test_a_super_admin_reaches_any_organization(world: World):
    world.sue.tether.put(path(world), {"stages": ["Funded"]})
    assert world.ada.tether.get(path(world))["data"] == ["Funded"]
    home = f"/organizations/{world.sue.org}/outreach-close-stages"
    assert world.sue.tether.get(home)["data"] == ["Closed Won"]
    world.sue.tether.get(f"/organizations/{'0' * 24}/outreach-close-stages", 404)


def test_anonymous_callers_are_told_to_log_in(world: World):
    answer = world.nobody.tether.put(path(world), {"stages": []}, 401)
    assert answer["success"] is False


def test_gross_profit_is_set_and_cleared(world: World):
    where = f"/organizations/{world.ada.org}/outreach-gross-profit-config"
    config = {"entityType": "Contact", "propertyKey": "loanGrossProfit"}
    assert world.ada.tether.get(where) == {"success": True, "data": None}
    assert world.ada.tether.put(where, config) == {"success": True, "data": config}
    assert world.ada.tether.get(where)["data"] == config
    assert world.ada.tether.put(where, {})["data"] is None
    world.ada.tether.put(where, config)
    response = world.ada.tether.send(
        "PUT", where, content=b"null", headers={"Content-Type": "application/json"}
    )
    assert response.json() == {"success": True, "data": None}
    for wrong in ({"entityType": "Lead", "propertyKey": "x"}, {"entityType": "Contact"}):
        world.ada.tether.put(where, wrong, 400)
    world.bo.tether.put(where, config, 403)
    world.eve.tether.put(where, config, 403)
