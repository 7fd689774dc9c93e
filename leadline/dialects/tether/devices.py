"""Where one is logged in, in the Tether dialect: ``/api/user/sessions``, and ending it."""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.tether.passwords import DoneShape, PersonBody
from leadline.dialects.tether.spelling import id_in_path, spell_time
from leadline.features.sessions import actions
from leadline.features.sessions.queries import OpenSession, list_sessions_of
from leadline.flows.govern_members import lock_governed
from leadline.kernel.rights import Right
from leadline.wire.operation import Request, operation

TAG = "Sessions"
PATH = "/api/user/sessions"


class SessionShape(TypedDict):
    """``device`` is what the client called itself, ``network`` where it logged in from."""

    _id: str
    device: str
    network: str
    createdAt: str
    lastUsedAt: str
    expiresAt: str
    isCurrent: bool


async def list_sessions(request: Request[None]) -> list[SessionShape]:
    found = await list_sessions_of(request.unit, request.scope.require_user())
    return [_spell(each, request.scope.session_id) for each in found]


async def delete_session(request: Request[None]) -> DoneShape:
    session_id = id_in_path("session", request.path["sessionId"])
    await actions.end_own_session(request.unit, session_id)
    _forget(request)
    return {"success": True, "message": "Session ended"}


async def end_other_sessions(request: Request[None]) -> DoneShape:
    unit = request.unit
    await actions.end_sessions_of(unit, unit.scope.require_user(), unit.scope.session_id)
    _forget(request)
    return {"success": True, "message": "All other sessions ended"}


async def end_sessions_of_user(request: Request[PersonBody]) -> DoneShape:
    user_id = id_in_path("user", request.body.user_id)
    await lock_governed(request.unit, user_id)
    await actions.end_sessions_of(request.unit, user_id)
    _forget(request)
    return {"success": True, "message": "All sessions of the user ended"}


def _forget(request: Request[Any]) -> None:
    request.unit.after_commit(request.services.authentication.forget_all)


def _spell(session: OpenSession, current: bytes | None) -> SessionShape:
    return {
        "_id": session.id.hex(),
        "device": session.device,
        "network": session.network,
        "createdAt": spell_time(session.created_at),
        "lastUsedAt": spell_time(session.last_used_at),
        "expiresAt": spell_time(session.expires_at),
        "isCurrent": session.id == current,
    }


OPERATIONS = (
    operation(
        name="session.list",
        method="GET",
        path=PATH,
        summary="List where you are logged in",
        right=Right.SELF_READ,
        run=list_sessions,
        tag=TAG,
        answer=list[SessionShape],
    ),
    operation(
        name="session.delete",
        method="DELETE",
        path=f"{PATH}/{{sessionId}}",
        summary="End one of your sessions",
        right=Right.SELF_WRITE,
        run=delete_session,
        tag=TAG,
        answer=DoneShape,
        errors={404: "Session not found"},
    ),
    operation(
        name="session.end_others",
        method="DELETE",
        path=PATH,
        summary="End all your sessions but the one that asks",
        right=Right.SELF_WRITE,
        run=end_other_sessions,
        tag=TAG,
        answer=DoneShape,
    ),
    operation(
        name="session.end_of_user",
        method="POST",
        path=f"{PATH}/end",
        summary="End all sessions of a user",
        right=Right.MEMBERSHIP_WRITE,
        run=end_sessions_of_user,
        tag=TAG,
        body=PersonBody,
        answer=DoneShape,
        errors={403: "Users who may more than you", 404: "User not found"},
    ),
)
