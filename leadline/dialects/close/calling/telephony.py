"""Dialers and connected accounts in the Close dialect.

Calls are not placed by this server, and mailboxes and calendars are not connected to it, so there
are none: the lists are empty. Scripts that read them go on working.
"""

from __future__ import annotations

from typing import TypedDict

from leadline.dialects.close.protocol.spelling import FIELDS, PAGING, ListOf, list_of, page_of
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Parameter, Request, operation


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


async def list_connected_accounts(request: Request[None]) -> ListOf[ConnectedAccountShape]:
    return list_of([], page_of(request.query), request.query)


async def get_connected_account(request: Request[None]) -> ConnectedAccountShape:
    raise NotFoundError("connected_account")


async def list_dialers(request: Request[None]) -> ListOf[DialerShape]:
    return list_of([], page_of(request.query), request.query)


async def get_dialer(request: Request[None]) -> DialerShape:
    raise NotFoundError("dialer")


_USER = Parameter("user_id", "Filter by user id.")
_ORGANIZATION = Parameter("organization_id", "Must be your own organization.")

OPERATIONS = (
    Operation(
        name="connected_account.list",
        method="GET",
        path="/api/v1/connected_account/",
        summary="List connected accounts",
        right=Right.CONNECTED_ACCOUNT_READ,
        run=list_connected_accounts,
        tag="Connected accounts",
        answer=ConnectedAccountShape,
        is_list=True,
        query=(*PAGING, FIELDS, _USER),
    ),
    operation(
        name="connected_account.get",
        method="GET",
        path="/api/v1/connected_account/{id}/",
        summary="Fetch a connected account",
        right=Right.CONNECTED_ACCOUNT_READ,
        run=get_connected_account,
        tag="Connected accounts",
        answer=ConnectedAccountShape,
        query=(FIELDS,),
    ),
    Operation(
        name="dialer.list",
        method="GET",
        path="/api/v1/dialer/",
        summary="List dialers",
        right=Right.DIALER_READ,
        run=list_dialers,
        tag="Dialers",
        answer=DialerShape,
        is_list=True,
        query=(
            *PAGING,
            FIELDS,
            _ORGANIZATION,
            Parameter(
                "source_type",
                "Filter by what the dialer was started from.",
                {"type": "string", "enum": ["saved-search", "shared-entry"]},
            ),
            Parameter("source_value", "Filter by the id of what the dialer was started from."),
            Parameter("status", "Filter by status."),
            Parameter("status__in", "Filter by statuses, comma separated."),
            _USER,
        ),
    ),
    operation(
        name="dialer.get",
        method="GET",
        path="/api/v1/dialer/{id}/",
        summary="Fetch a dialer",
        right=Right.DIALER_READ,
        run=get_dialer,
        tag="Dialers",
        answer=DialerShape,
        query=(FIELDS, _ORGANIZATION),
    ),
)
