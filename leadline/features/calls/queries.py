"""Reads of calls."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

import msgspec

from leadline.features.calls.tables import CALLS, Call
from leadline.store import rows
from leadline.store.unit import Unit


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What is None does not matter. Bounds: after and before are exclusive, from and to not."""

    ids: list[bytes] | None = None
    lead_ids: list[bytes] | None = None
    contact_ids: list[bytes] | None = None
    user_ids: list[bytes] | None = None
    created_after: datetime | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    created_to: datetime | None = None
    happened_after: datetime | None = None
    happened_from: datetime | None = None
    happened_before: datetime | None = None
    happened_to: datetime | None = None


# The part of the statement behind each filter that is given.
_CONDITIONS: dict[str, LiteralString] = {
    "ids": "AND id = ANY(%(ids)s) ",
    "lead_ids": "AND lead_id = ANY(%(lead_ids)s) ",
    "contact_ids": "AND contact_id = ANY(%(contact_ids)s) ",
    "user_ids": "AND user_id = ANY(%(user_ids)s) ",
    "created_after": "AND created_at > %(created_after)s ",
    "created_from": "AND created_at >= %(created_from)s ",
    "created_before": "AND created_at < %(created_before)s ",
    "created_to": "AND created_at <= %(created_to)s ",
    "happened_after": "AND happened_at > %(happened_after)s ",
    "happened_from": "AND happened_at >= %(happened_from)s ",
    "happened_before": "AND happened_at < %(happened_before)s ",
    "happened_to": "AND happened_at <= %(happened_to)s ",
}


async def page_of_calls(unit: Unit, wanted: CallFilter, limit: int, skip: int) -> list[Call]:
    """Some of the calls, those that were logged last first."""
    given = {name: value for name in _CONDITIONS if (value := getattr(wanted, name)) is not None}
    where: LiteralString = "".join(_CONDITIONS[name] for name in given)
    return await rows.select(
        unit,
        CALLS,
        where + "ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(skip)s",
        limit=limit,
        skip=skip,
        **given,
    )
