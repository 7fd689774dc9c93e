"""The versions of prompts in the Tether dialect: ``/api/prompts/{promptId}/versions``."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from leadline.dialects.tether.prompts import TAG, prompt_id_in, sees_text
from leadline.dialects.tether.spelling import (
    id_in_path,
    page_of,
    plain_error,
    spell_id_or_null,
    spell_time,
)
from leadline.features.prompts import actions
from leadline.features.prompts.inputs import NewVersion, VersionChange
from leadline.features.prompts.queries import get_own_prompt, get_version, list_versions
from leadline.features.prompts.tables import Prompt, PromptVersion
from leadline.kernel.rights import Right
from leadline.kernel.scope import Scope
from leadline.wire.operation import Parameter, Request, operation

_PATH = "/api/prompts/{promptId}/versions"
_ONE = "/api/prompts/{promptId}/versions/{versionId}"
_PAGE = 20
_MOST = 100
_PREVIEW = 200
_ERRORS = {403: "Permission denied", 404: "Prompt version not found"}


class PromptVersionSummaryShape(TypedDict):
    """``preview`` is missing where the caller may not see the text."""

    _id: str
    version: int
    label: str | None
    displayVersion: str | None
    title: str | None
    description: str | None
    source: str
    createdAt: str
    matchesCurrentPrompt: bool
    preview: NotRequired[str]


class PromptVersionShape(TypedDict):
    """``prompt`` is missing where the caller may not see it."""

    _id: str
    promptId: str
    prompt: NotRequired[str]
    version: int
    label: str | None
    displayVersion: str | None
    title: str | None
    description: str | None
    source: str
    createdBy: str | None
    createdAt: str
    updatedAt: str


class PromptVersionPaginationShape(TypedDict):
    page: int
    limit: int
    total: int
    totalPages: int


class PromptVersionsShape(TypedDict):
    versions: list[PromptVersionSummaryShape]
    pagination: PromptVersionPaginationShape


class PromptVersionSavedShape(TypedDict):
    message: str
    skipped: bool
    version: int
    versionId: str
    versionSnapshot: PromptVersionSummaryShape


class PromptVersionRenamedShape(TypedDict):
    message: str
    version: PromptVersionSummaryShape


def spell_summary(scope: Scope, prompt: Prompt, row: PromptVersion) -> PromptVersionSummaryShape:
    shape: PromptVersionSummaryShape = {
        "_id": row.id.hex(),
        "version": row.version,
        "label": row.label,
        "displayVersion": row.display_version,
        "title": row.title,
        "description": row.description,
        "source": row.source,
        "createdAt": spell_time(row.created_at),
        "matchesCurrentPrompt": row.prompt == prompt.prompt,
    }
    if sees_text(scope, prompt):
        shape["preview"] = row.prompt[:_PREVIEW]
    return shape


def spell(scope: Scope, prompt: Prompt, row: PromptVersion) -> PromptVersionShape:
    shape: PromptVersionShape = {
        "_id": row.id.hex(),
        "promptId": row.prompt_id.hex(),
        "version": row.version,
        "label": row.label,
        "displayVersion": row.display_version,
        "title": row.title,
        "description": row.description,
        "source": row.source,
        "createdBy": spell_id_or_null(row.created_by),
        "createdAt": spell_time(row.created_at),
        "updatedAt": spell_time(row.updated_at),
    }
    if sees_text(scope, prompt):
        shape["prompt"] = row.prompt
    return shape


def _version_id_in(request: Request[Any]) -> bytes:
    return id_in_path("prompt_version", request.path["versionId"])


async def list_prompt_versions(request: Request[None]) -> PromptVersionsShape:
    query = {"size": request.query.get("limit"), **request.query}
    size, skip = page_of(query, _PAGE, _MOST)
    prompt = await get_own_prompt(request.unit, prompt_id_in(request))
    found, total = await list_versions(request.unit, prompt.id, size, skip)
    return {
        "versions": [spell_summary(request.scope, prompt, row) for row in found],
        "pagination": {
            "page": skip // size + 1,
            "limit": size,
            "total": total,
            "totalPages": -(-total // size),
        },
    }


async def get_prompt_version(request: Request[None]) -> PromptVersionShape:
    prompt = await get_own_prompt(request.unit, prompt_id_in(request))
    row = await get_version(request.unit, prompt.id, _version_id_in(request))
    return spell(request.scope, prompt, row)


async def create_prompt_version(request: Request[NewVersion]) -> PromptVersionSavedShape:
    prompt, row, is_new = await actions.save_version(
        request.unit, prompt_id_in(request), request.body
    )
    return {
        "message": "Version saved" if is_new else "Nothing has changed since the latest version",
        "skipped": not is_new,
        "version": row.version,
        "versionId": row.id.hex(),
        "versionSnapshot": spell_summary(request.scope, prompt, row),
    }


async def update_prompt_version(request: Request[VersionChange]) -> PromptVersionRenamedShape:
    prompt, row = await actions.update_version(
        request.unit, prompt_id_in(request), _version_id_in(request), request.body
    )
    return {
        "message": "Prompt version updated successfully",
        "version": spell_summary(request.scope, prompt, row),
    }


OPERATIONS = (
    operation(
        name="prompt_version.list",
        method="GET",
        path=_PATH,
        summary="List the versions of a prompt, newest first",
        right=Right.PROMPT_READ,
        run=list_prompt_versions,
        tag=TAG,
        answer=PromptVersionsShape,
        query=(
            Parameter("page", "Page number, starting at 1.", {"type": "integer"}),
            Parameter("limit", f"Versions per page, at most {_MOST}.", {"type": "integer"}),
        ),
        error_body=plain_error,
        errors=_ERRORS,
    ),
    operation(
        name="prompt_version.create",
        method="POST",
        path=_PATH,
        summary="Save a version of a prompt",
        right=Right.PROMPT_WRITE,
        run=create_prompt_version,
        tag=TAG,
        body=NewVersion,
        body_required=False,
        answer=PromptVersionSavedShape,
        error_body=plain_error,
        errors={400: "Validation error", **_ERRORS},
        description="A text that equals the latest version is not saved again: ``skipped``.",
    ),
    operation(
        name="prompt_version.get",
        method="GET",
        path=_ONE,
        summary="Get one version of a prompt",
        right=Right.PROMPT_READ,
        run=get_prompt_version,
        tag=TAG,
        answer=PromptVersionShape,
        error_body=plain_error,
        errors=_ERRORS,
    ),
    operation(
        name="prompt_version.update",
        method="PATCH",
        path=_ONE,
        summary="Rename a version of a prompt",
        right=Right.PROMPT_WRITE,
        run=update_prompt_version,
        tag=TAG,
        body=VersionChange,
        body_required=False,
        answer=PromptVersionRenamedShape,
        error_body=plain_error,
        errors={400: "Validation error", **_ERRORS},
    ),
)
