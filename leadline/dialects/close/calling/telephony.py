"""Dialers and connected accounts in the Close dialect.

Calls are not placed by this server, and mailboxes and calendars are not connected to it, so there
are none: the lists are empty. Scripts that read them go on working.
"""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.close.protocol.crud import Noun, operation
from leadline.dialects.close.protocol.spelling import list_of, page_of
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.wire.operation import Parameter, Request


class IdentityShape(TypedDict):
    email: str
    name: str


class ConnectedAccountShape(TypedDict):
    _type: str
    id: str
    identities: list[IdentityShape]
    organization_id: str
    user_id: str


class DialerUserShape(TypedDict):
    is_active: bool
    state: str
    user_id: str


class DialerShape(TypedDict):
    caller_id: str
    date_created: str
    date_updated: str
    id: str
    is_user_dependent: bool
    music_preference: str
    organization_id: str
    ring_mode: str
    source_type: str
    source_value: str
    status: str
    type: str
    user_id: str
    users: list[DialerUserShape]


async def list_none(request: Request[None]) -> Any:
    return list_of([], page_of(request.query), request.query)


def _missing(noun: str) -> Any:
    """Whatever is asked of one of them: it is not there."""

    async def run(request: Request[Any]) -> Any:
        raise NotFoundError(noun)

    return run


ACCOUNTS = Noun(
    noun="connected_account",
    tag="Connected accounts",
    path="/api/v1/connected_account/",
    prefix="emailacct",
    shape=ConnectedAccountShape,
    read=Right.CONNECTED_ACCOUNT_READ,
    write=Right.CONNECTED_ACCOUNT_READ,
)
DIALERS = Noun(
    noun="dialer",
    tag="Dialers",
    path="/api/v1/dialer/",
    prefix="dial",
    shape=DialerShape,
    read=Right.DIALER_READ,
    write=Right.DIALER_READ,
)
_USER = Parameter("user_id", "Of this user alone.")
_ORGANIZATION = Parameter("organization_id", "Of this organization.")

OPERATIONS = (
    operation(ACCOUNTS, "list", list_none, filters=(_USER,)),
    operation(ACCOUNTS, "get", _missing("connected_account")),
    operation(
        DIALERS,
        "list",
        list_none,
        filters=(
            _ORGANIZATION,
            Parameter(
                "source_type",
                "What it was started from.",
                {"type": "string", "enum": ["saved-search", "shared-entry"]},
            ),
            Parameter("source_value", "The id of what it was started from."),
            Parameter("status", "With this status."),
            Parameter("status__in", "With one of these."),
            _USER,
        ),
    ),
    operation(DIALERS, "get", _missing("dialer"), filters=(_ORGANIZATION,)),
)
