"""Asking through Close's own Python client, as scripts that were written for Close do."""

from __future__ import annotations

from typing import Any

import pytest
from closeio_api import API, APIError, ValidationError

Json = dict[str, Any]


def client_of(url: str, key: str) -> API:
    """A client as it comes, without a proxy between the two."""
    api = API(url, key)
    api.session.trust_env = False
    return api


def every(client: API, path: str, limit: int = 2, **params: Any) -> list[Json]:
    """All objects of a list in small pages, the way scripts go through one."""
    found: list[Json] = []
    has_more = True
    while has_more:
        asked = {"_limit": limit, "_skip": len(found), **params}
        page = client.get(path, params=asked)
        assert len(page["data"]) <= limit
        found += page["data"]
        has_more = page["has_more"]
    return found


def ids(rows: list[Json]) -> list[str]:
    return [row["id"] for row in rows]


def refused(call: Any, *arguments: Any, **more: Any) -> ValidationError:
    """The client's error for a 400."""
    with pytest.raises(ValidationError) as caught:
        call(*arguments, **more)
    return caught.value


def failed(call: Any, *arguments: Any, **more: Any) -> int:
    """The status of an answer that is an error, but not a 400."""
    with pytest.raises(APIError) as caught:
        call(*arguments, **more)
    assert not isinstance(caught.value, ValidationError)
    status: int = caught.value.response.status_code
    assert caught.value.response.json()["error"]
    return status
