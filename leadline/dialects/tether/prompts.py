"""Prompts in the Tether dialect: ``/api/prompts``. Their versions are in ``prompt_versions.py``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from leadline.dialects.tether.spelling import (
    ObjectId,
    id_in_path,
    plain_error,
    spell_number,
    spell_time,
)
from leadline.features.prompts import actions
from leadline.features.prompts.inputs import NewPrompt, PromptChange
from leadline.features.prompts.queries import alternatives_to, prompts_of_user, usage_of
from leadline.features.prompts.tables import PROMPTS, Prompt
from leadline.features.users.queries import find_member
from leadline.flows import reassign_prompt as flow
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.kernel.scope import Scope
from leadline.store import rows
from leadline.wire.operation import Parameter, Request, operation

TAG = "Prompts"
_PATH = "/api/prompts"
_ONE = "/api/prompts/{promptId}"
_MISSING = "Prompt not found"


class PromptShape(TypedDict):
    """``prompt`` is missing where the caller may not see it."""

    _id: str
    name: str
    prompt: NotRequired[str]
    description: str | None
    temperature: float
    responseTime: float
    isHidden: bool
    tools: list[dict[str, Any]]
    toolConfigs: dict[str, Any]
    organizationId: str
    userId: str
    copiedFrom: None
    copiedFromName: None
    copiedFromOrg: None
    createdAt: str
    updatedAt: str


class PromptSummaryShape(TypedDict):
    _id: str
    name: str
    description: str | None
    temperature: float
    responseTime: float
    updatedAt: str
    isHidden: bool
    isReference: bool
    isOwned: bool
    isPublished: bool
    isCopied: bool
    copiedFromName: None
    copiedFromOrg: None
    isContentVisible: bool


class PromptMutationShape(TypedDict):
    """The prompt stands under both names that clients look for."""

    success: Literal[True]
    message: str
    prompt: PromptShape
    data: PromptShape


class PromptAlternativeShape(TypedDict):
    id: str
    name: str
    description: str | None


class PromptUsageShape(TypedDict):
    promptId: str
    promptName: str
    isInUse: bool
    contactsCount: int
    conversationsCount: int
    configurationsCount: int
    totalUsageCount: int
    hasAlternatives: bool
    alternatives: list[PromptAlternativeShape]


class PromptDeletedShape(TypedDict):
    success: Literal[True]
    message: str


class PromptReassignedShape(TypedDict):
    success: Literal[True]
    message: str
    contactsUpdated: int
    conversationsUpdated: int
    configurationsUpdated: int
    totalUpdated: int


class PromptReassignBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    prompt_id: ObjectId
    target_prompt_id: ObjectId


def sees_text(scope: Scope, prompt: Prompt) -> bool:
    """The text of a hidden prompt is for admins, not even for the rep who owns it."""
    return scope.is_admin or not prompt.is_hidden


def spell(scope: Scope, row: Prompt) -> PromptShape:
    shape: PromptShape = {
        "_id": row.id.hex(),
        "name": row.name,
        "description": row.description,
        "temperature": spell_number(row.temperature),
        "responseTime": spell_number(row.response_time_s),
        "isHidden": row.is_hidden,
        "tools": row.tools,
        "toolConfigs": row.tool_configs,
        "organizationId": row.organization_id.hex(),
        "userId": row.user_id.hex(),
        "copiedFrom": None,
        "copiedFromName": None,
        "copiedFromOrg": None,
        "createdAt": spell_time(row.created_at),
        "updatedAt": spell_time(row.updated_at),
    }
    if sees_text(scope, row):
        shape["prompt"] = row.prompt
    return shape


def spell_summary(scope: Scope, row: Prompt) -> PromptSummaryShape:
    return {
        "_id": row.id.hex(),
        "name": row.name,
        "description": row.description,
        "temperature": spell_number(row.temperature),
        "responseTime": spell_number(row.response_time_s),
        "updatedAt": spell_time(row.updated_at),
        "isHidden": row.is_hidden,
        "isReference": False,
        "isOwned": row.user_id == scope.user_id,
        "isPublished": False,
        "isCopied": False,
        "copiedFromName": None,
        "copiedFromOrg": None,
        "isContentVisible": sees_text(scope, row),
    }


def _changed(scope: Scope, row: Prompt, message: str) -> PromptMutationShape:
    shape = spell(scope, row)
    return {"success": True, "message": message, "prompt": shape, "data": shape}


def prompt_id_in(request: Request[Any]) -> bytes:
    return id_in_path("prompt", request.path["promptId"])


async def list_own_prompts(request: Request[None]) -> list[PromptShape]:
    found = await prompts_of_user(request.unit, request.scope.require_user())
    return [spell(request.scope, row) for row in found]


async def list_prompt_summaries(request: Request[None]) -> list[PromptSummaryShape]:
    scope = request.scope
    user_id = scope.require_user()
    if text := request.query.get("userId"):
        user_id = id_in_path("user", text)
    if user_id != scope.user_id and await find_member(request.unit, user_id) is None:
        raise NotFoundError("user")
    found = await prompts_of_user(request.unit, user_id)
    return [
        spell_summary(scope, row)
        for row in found
        if row.user_id == scope.user_id or sees_text(scope, row)
    ]


async def get_prompt(request: Request[None]) -> PromptShape:
    row = await rows.get(request.unit, PROMPTS, prompt_id_in(request))
    return spell(request.scope, row)


async def create_prompt(request: Request[NewPrompt]) -> PromptMutationShape:
    row = await actions.create_prompt(request.unit, request.body)
    return _changed(request.scope, row, "Prompt created successfully")


async def update_prompt(request: Request[PromptChange]) -> PromptMutationShape:
    row = await actions.update_prompt(request.unit, prompt_id_in(request), request.body)
    return _changed(request.scope, row, "Prompt updated successfully")


async def delete_prompt(request: Request[None]) -> PromptDeletedShape:
    await actions.delete_prompt(request.unit, prompt_id_in(request))
    return {"success": True, "message": "Prompt deleted successfully"}


async def get_prompt_usage(request: Request[None]) -> PromptUsageShape:
    row = await rows.get(request.unit, PROMPTS, prompt_id_in(request))
    usage = await usage_of(request.unit, row.id)
    others = await alternatives_to(request.unit, row.id)
    return {
        "promptId": row.id.hex(),
        "promptName": row.name,
        "isInUse": usage.total > 0,
        "contactsCount": usage.contacts,
        "conversationsCount": usage.conversations,
        "configurationsCount": usage.configurations,
        "totalUsageCount": usage.total,
        "hasAlternatives": bool(others),
        "alternatives": [
            {"id": other.id.hex(), "name": other.name, "description": other.description}
            for other in others
        ],
    }


async def reassign_prompt(request: Request[PromptReassignBody]) -> PromptReassignedShape:
    source, target = request.body.prompt_id, request.body.target_prompt_id
    moved = await flow.reassign_prompt(request.unit, bytes(source), bytes(target))
    items = "1 item" if moved.total == 1 else f"{moved.total} items"
    return {
        "success": True,
        "message": f"Successfully reassigned {items} and deleted prompt",
        "contactsUpdated": moved.contacts,
        "conversationsUpdated": moved.conversations,
        "configurationsUpdated": moved.configurations,
        "totalUpdated": moved.total,
    }


OPERATIONS = (
    operation(
        name="prompt.list_own",
        method="GET",
        path=f"{_PATH}/user",
        summary="List your prompts",
        right=Right.PROMPT_READ,
        run=list_own_prompts,
        tag=TAG,
        answer=list[PromptShape],
        error_body=plain_error,
    ),
    operation(
        name="prompt.list_summaries",
        method="GET",
        path=f"{_PATH}/user/summary",
        summary="List summaries of a user's prompts",
        right=Right.PROMPT_READ,
        run=list_prompt_summaries,
        tag=TAG,
        answer=list[PromptSummaryShape],
        query=(Parameter("userId", "User whose prompts to list. Default: yourself."),),
        error_body=plain_error,
        errors={404: "User not found"},
    ),
    operation(
        name="prompt.create",
        method="POST",
        path=f"{_PATH}/create",
        summary="Create a prompt",
        right=Right.PROMPT_WRITE,
        run=create_prompt,
        tag=TAG,
        body=NewPrompt,
        answer=PromptMutationShape,
        status=201,
        error_body=plain_error,
        errors={400: "Validation error"},
    ),
    operation(
        name="prompt.get",
        method="GET",
        path=_ONE,
        summary="Get a prompt",
        right=Right.PROMPT_READ,
        run=get_prompt,
        tag=TAG,
        answer=PromptShape,
        error_body=plain_error,
        errors={404: _MISSING},
    ),
    operation(
        name="prompt.update",
        method="PUT",
        path=_ONE,
        summary="Update a prompt",
        right=Right.PROMPT_WRITE,
        run=update_prompt,
        tag=TAG,
        body=PromptChange,
        body_required=False,
        answer=PromptMutationShape,
        error_body=plain_error,
        errors={400: "Validation error", 403: "Permission denied", 404: _MISSING},
        description="Another text becomes the next version of the prompt.",
    ),
    operation(
        name="prompt.delete",
        method="DELETE",
        path=_ONE,
        summary="Delete a prompt that nothing uses",
        right=Right.PROMPT_WRITE,
        run=delete_prompt,
        tag=TAG,
        answer=PromptDeletedShape,
        error_body=plain_error,
        errors={400: "The prompt is in use", 403: "Permission denied", 404: _MISSING},
        description=(
            f"A prompt in use is refused: see GET {_ONE}/usage, and POST "
            f"{_PATH}/reassign, which moves everything to another prompt and deletes this one."
        ),
    ),
    operation(
        name="prompt.get_usage",
        method="GET",
        path=f"{_ONE}/usage",
        summary="Count what uses a prompt",
        right=Right.PROMPT_READ,
        run=get_prompt_usage,
        tag=TAG,
        answer=PromptUsageShape,
        error_body=plain_error,
        errors={404: _MISSING},
    ),
    operation(
        name="prompt.reassign",
        method="POST",
        path=f"{_PATH}/reassign",
        summary="Move everything from one prompt to another, then delete the first",
        right=Right.PROMPT_WRITE,
        run=reassign_prompt,
        tag=TAG,
        body=PromptReassignBody,
        names={"target_id": "targetPromptId"},
        answer=PromptReassignedShape,
        error_body=plain_error,
        errors={400: "Validation error", 403: "Permission denied", 404: _MISSING},
    ),
)
