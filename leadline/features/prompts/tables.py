"""The tables of prompts and of their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from leadline.store.tables import Table


class Prompt(msgspec.Struct, frozen=True, gc=False):
    """``prompt`` is the text. The text of a hidden prompt is shown to admins only."""

    organization_id: bytes
    id: bytes
    user_id: bytes
    name: str
    prompt: str
    description: str | None
    temperature: float
    response_time_s: float
    is_hidden: bool
    tools: list[dict[str, Any]]
    tool_configs: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class PromptVersion(msgspec.Struct, frozen=True, gc=False):
    """A text that a prompt had, or was saved as a checkpoint. The text never changes."""

    organization_id: bytes
    id: bytes
    prompt_id: bytes
    version: int
    prompt: str
    label: str | None
    display_version: str | None
    title: str | None
    description: str | None
    source: str
    created_by: bytes | None
    created_at: datetime
    updated_at: datetime


PROMPTS = Table("prompts", "prompt", Prompt, json=("tools", "tool_configs"))
PROMPT_VERSIONS = Table("prompt_versions", "prompt_version", PromptVersion)
