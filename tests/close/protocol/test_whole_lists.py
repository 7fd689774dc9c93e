"""Lists that Close does not page are answered whole, unless a part is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World

# What one of each needs beside what it is called.
WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "/custom_activity/": ("name", {}),
    "/custom_object_type/": ("name", {"name_plural": "Things"}),
    "/group/": ("name", {}),
    "/integration_link/": ("name", {"type": "lead", "url": "https://example.com/"}),
    "/pipeline/": ("name", {}),
    "/role/": ("name", {"permissions": []}),
    "/status/lead/": ("label", {}),
    "/status/opportunity/": ("label", {}),
    "/unsubscribe/email/": ("email", {}),
}


@pytest.mark.parametrize("path", WHOLE)
def test_a_list_is_whole_unless_a_part_is_asked_for(world: World, path: str):
    key, more = WHOLE[path]
    names = [row[key] for row in world.ada.close.get(path)["data"]]
    for number in range(101):
        name = f"a{number}@example.com"
        world.ada.close.post(path, {key: name, **more})
        names.append(name)

    def listed(**params: int) -> tuple[list[str], bool]:
        found = world.bo.close.get(path, params=params)
        return [row[key] for row in found["data"]], found["has_more"]

    assert listed() == (names, False)
    assert listed(_limit=2, _skip=1) == (names[1:3], True)
    assert listed(_skip=len(names) - 1) == (names[-1:], False)
    world.bo.close.get(path, 400, params={"_limit": 1001})


def test_everybodys_availability_is_told(world: World):
    for number in range(101):
        body = {"email": f"a{number}@example.com", "role_id": "user"}
        world.ada.close.post("/membership/", body)
    found = world.bo.close.get("/user/availability/")
    assert (len(found["data"]), found["has_more"]) == (105, False)
    assert len(world.bo.close.get("/user/")["data"]) == 100  # this one is paged


@pytest.mark.parametrize(
    ("path", "most"), [("/user/", 1000), ("/saved_search/", 1000), ("/opportunity/", 250)]
)
def test_some_paged_lists_have_larger_pages(world: World, path: str, most: int):
    assert not world.bo.close.get(path, params={"_limit": most})["has_more"]
    answer = world.bo.close.get(path, 400, params={"_limit": most + 1})
    assert f"max_limit = {most}" in answer["error"]
