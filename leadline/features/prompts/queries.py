"""Reads of prompts, of their versions and of what uses them."""

from __future__ import annotations

import msgspec

from leadline.features.prompts.tables import PROMPT_VERSIONS, PROMPTS, Prompt, PromptVersion
from leadline.kernel.errors import ForbiddenError, NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


class Usage(msgspec.Struct, frozen=True):
    """How many objects a prompt drives."""

    configurations: int
    contacts: int
    conversations: int

    @property
    def total(self) -> int:
        return self.configurations + self.contacts + self.conversations


class Alternative(msgspec.Struct, frozen=True):
    """A prompt that could take the place of another."""

    id: bytes
    name: str
    description: str | None


def may_change(unit: Unit, prompt: Prompt) -> bool:
    """Prompts are changed by their owner and by admins; everybody else only reads and uses them."""
    return unit.scope.is_admin or prompt.user_id == unit.scope.user_id


async def get_own_prompt(unit: Unit, prompt_id: bytes) -> Prompt:
    """The prompt, if the caller may change it."""
    prompt = await rows.get(unit, PROMPTS, prompt_id)
    if not may_change(unit, prompt):
        raise ForbiddenError("Permission denied")
    return prompt


async def prompts_of_user(unit: Unit, user_id: bytes) -> list[Prompt]:
    """The prompts of a user, newest first."""
    return await rows.select(
        unit, PROMPTS, "AND user_id = %(user_id)s ORDER BY id DESC", user_id=user_id
    )


async def find_usable_prompt(unit: Unit, prompt_id: bytes) -> Prompt | None:
    """The prompt, which cannot be deleted before this transaction ends; None if there is none."""
    found = await rows.select(unit, PROMPTS, "AND id = %(id)s FOR KEY SHARE", id=prompt_id)
    return found[0] if found else None


async def usage_of(unit: Unit, prompt_id: bytes) -> Usage:
    """What the prompt drives, counted."""
    usage = await unit.fetch_one(
        Usage,
        "SELECT (SELECT count(*) FROM lead_sources WHERE organization_id = %(organization_id)s "
        "AND default_process_id = %(prompt_id)s), "
        "(SELECT count(*) FROM contacts WHERE organization_id = %(organization_id)s "
        "AND prompt_id = %(prompt_id)s), "
        "(SELECT count(*) FROM conversations WHERE organization_id = %(organization_id)s "
        "AND prompt_id = %(prompt_id)s)",
        prompt_id=prompt_id,
    )
    return usage or Usage(0, 0, 0)


async def alternatives_to(unit: Unit, prompt_id: bytes) -> list[Alternative]:
    """The other prompts of the organization by name. Hidden ones are for admins and owners."""
    return await unit.fetch_all(
        Alternative,
        "SELECT id, name, description FROM prompts WHERE organization_id = %(organization_id)s "
        "AND id <> %(prompt_id)s AND (NOT is_hidden OR %(is_admin)s OR user_id = %(user_id)s) "
        "ORDER BY lower(name), id",
        prompt_id=prompt_id,
        is_admin=unit.scope.is_admin,
        user_id=unit.scope.user_id,
    )


async def list_versions(
    unit: Unit, prompt_id: bytes, limit: int, skip: int
) -> tuple[list[PromptVersion], int]:
    """A page of a prompt's versions, newest first, and how many there are."""
    found = await rows.select(
        unit,
        PROMPT_VERSIONS,
        "AND prompt_id = %(prompt_id)s ORDER BY version DESC LIMIT %(limit)s OFFSET %(skip)s",
        prompt_id=prompt_id,
        limit=limit,
        skip=skip,
    )
    count: int = await unit.fetch_value(
        "SELECT count(*) FROM prompt_versions WHERE organization_id = %(organization_id)s "
        "AND prompt_id = %(prompt_id)s",
        prompt_id=prompt_id,
    )
    return found, count


async def latest_version(unit: Unit, prompt_id: bytes) -> PromptVersion | None:
    """The newest version of a prompt; each has one from its beginning."""
    found, _ = await list_versions(unit, prompt_id, 1, 0)
    return found[0] if found else None


async def get_version(unit: Unit, prompt_id: bytes, version_id: bytes) -> PromptVersion:
    """A version of that prompt."""
    found = await rows.get(unit, PROMPT_VERSIONS, version_id)
    if found.prompt_id != prompt_id:
        raise NotFoundError(PROMPT_VERSIONS.noun)
    return found
