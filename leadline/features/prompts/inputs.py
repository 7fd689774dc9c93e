"""Inputs: create and change prompts and their versions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Label = Annotated[str, Meta(max_length=255)]
Text = Annotated[str, Meta(min_length=1)]
Temperature = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0)]
Source = Literal["manual_save", "ai_apply", "checkpoint"]


class NewPrompt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: Name
    prompt: Text
    description: str | None = None
    temperature: Temperature = 0.7
    response_time: Seconds = 0
    is_hidden: bool = False
    tools: list[dict[str, Any]] = []
    tool_configs: dict[str, Any] = {}


class PromptChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is absent stays. Null clears the description and is refused for the others."""

    name: Name | UnsetType = UNSET
    prompt: Text | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    temperature: Temperature | UnsetType = UNSET
    response_time: Seconds | UnsetType = UNSET
    is_hidden: bool | UnsetType = UNSET
    tools: list[dict[str, Any]] | UnsetType = UNSET
    tool_configs: dict[str, Any] | UnsetType = UNSET


class NewVersion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Without a text it is a checkpoint of the present one."""

    prompt: Text | None = None
    label: Label | None = None
    display_version: Label | None = None
    title: Label | None = None
    description: str | None = None
    source: Source = "checkpoint"


class VersionChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What people call a version. What is absent stays, null clears."""

    display_version: Label | UnsetType | None = UNSET
    title: Label | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
