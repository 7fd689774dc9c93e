"""Every change of prompts and of their versions."""

from __future__ import annotations

from typing import Any

from leadline.features.prompts.inputs import NewPrompt, NewVersion, PromptChange, VersionChange
from leadline.features.prompts.queries import (
    get_version,
    latest_version,
    may_change,
    usage_of,
)
from leadline.features.prompts.tables import PROMPT_VERSIONS, PROMPTS, Prompt, PromptVersion
from leadline.kernel.errors import ForbiddenError, Problems, RefusedError
from leadline.kernel.inputs import given_fields
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_prompt(unit: Unit, new: NewPrompt) -> Prompt:
    """Adds a prompt of the caller; its text is version 1."""
    _refuse_blanks(name=new.name, prompt=new.prompt)
    row = Prompt(
        **unit.time_stamps(),
        user_id=unit.scope.require_user(),
        name=new.name.strip(),
        prompt=new.prompt,
        description=new.description,
        temperature=new.temperature,
        response_time_s=new.response_time,
        is_hidden=new.is_hidden,
        tools=new.tools,
        tool_configs=new.tool_configs,
    )
    await writes.insert(unit, PROMPTS, row)
    await _add_version(unit, row, 1, NewVersion(source="manual_save"))
    return row


async def update_prompt(unit: Unit, prompt_id: bytes, change: PromptChange) -> Prompt:
    """Changes what is given. Another text becomes the next version."""
    before = await lock_own_prompt(unit, prompt_id)
    _refuse_blanks(name=change.name, prompt=change.prompt)
    changes = {
        "response_time_s" if name == "response_time" else name: value
        for name, value in given_fields(change).items()
    }
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    after = await writes.update(unit, PROMPTS, before, **changes)
    if after.prompt != before.prompt:
        latest = await latest_version(unit, prompt_id)
        number = latest.version + 1 if latest else 1
        await _add_version(unit, after, number, NewVersion(source="manual_save"))
    return after


async def delete_prompt(unit: Unit, prompt_id: bytes) -> None:
    """Removes a prompt that drives nothing, with its versions."""
    before = await lock_own_prompt(unit, prompt_id)
    usage = await usage_of(unit, prompt_id)
    if usage.total:
        raise RefusedError(
            "The prompt is in use "
            f"(lead management configurations: {usage.configurations}, "
            f"contacts: {usage.contacts}, conversations: {usage.conversations}). Reassign it: "
            "that moves all of them to another prompt and deletes this one."
        )
    await remove_prompt(unit, before)


async def remove_prompt(unit: Unit, prompt: Prompt) -> None:
    """Removes a prompt and its versions. The caller has made sure that nothing uses it."""
    versions = await unit.fetch_all(
        PromptVersion,
        PROMPT_VERSIONS.delete_where(b"prompt_id = %(prompt_id)s"),
        prompt_id=prompt.id,
    )
    for version in versions:
        unit.record("deleted", PROMPT_VERSIONS, version, None)
    await writes.delete(unit, PROMPTS, prompt)


async def lock_own_prompt(unit: Unit, prompt_id: bytes) -> Prompt:
    """The prompt, locked, if the caller may change it."""
    prompt = await rows.lock(unit, PROMPTS, prompt_id)
    if not may_change(unit, prompt):
        raise ForbiddenError("Permission denied")
    return prompt


async def save_version(
    unit: Unit, prompt_id: bytes, new: NewVersion
) -> tuple[Prompt, PromptVersion, bool]:
    """Keeps a text as a version. A text that is the latest version already is not kept twice.

    Returns the prompt, the version and whether it is a new one.
    """
    prompt = await lock_own_prompt(unit, prompt_id)
    _refuse_blanks(prompt=new.prompt)
    latest = await latest_version(unit, prompt_id)
    if latest is not None and latest.prompt == (new.prompt or prompt.prompt):
        return prompt, latest, False
    number = latest.version + 1 if latest else 1
    return prompt, await _add_version(unit, prompt, number, new), True


async def update_version(
    unit: Unit, prompt_id: bytes, version_id: bytes, change: VersionChange
) -> tuple[Prompt, PromptVersion]:
    """Changes what people call a version."""
    prompt = await lock_own_prompt(unit, prompt_id)
    changes = given_fields(change)
    if not changes:
        raise RefusedError("Give at least one of displayVersion, title and description.")
    # The lock on the prompt keeps others from its versions too.
    before = await get_version(unit, prompt_id, version_id)
    return prompt, await writes.update(unit, PROMPT_VERSIONS, before, **changes)


async def _add_version(unit: Unit, prompt: Prompt, number: int, new: NewVersion) -> PromptVersion:
    row = PromptVersion(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        prompt_id=prompt.id,
        version=number,
        prompt=new.prompt or prompt.prompt,
        label=new.label,
        display_version=new.display_version,
        title=new.title,
        description=new.description,
        source=new.source,
        created_by=unit.scope.user_id,
        created_at=unit.now,
        updated_at=unit.now,
    )
    return await writes.insert(unit, PROMPT_VERSIONS, row)


def _refuse_blanks(**texts: Any) -> None:
    problems = Problems()
    for field, text in texts.items():
        if isinstance(text, str) and not text.strip():
            problems.add("blank", field)
    problems.stop_if_any()
