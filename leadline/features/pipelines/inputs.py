"""Inputs: create and change pipelines and stages."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.features.pipelines.tables import Kind

Name = Annotated[str, Meta(max_length=255)]
Description = Annotated[str, Meta(max_length=20_000)]
Color = Annotated[str, Meta(max_length=64)]


class NewStage(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    color: str | None = None
    type: Literal["active", "won", "lost"] = "active"


class NewPipeline(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind
    name: str
    description: str | None = None
    is_default: bool = False
    stages: list[NewStage] = []


class StageEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A stage as its pipeline shall have it.

    ``stage_id`` or ``old_name`` says which stage it has been; without them the stage of that name
    stays, or a new one is added.
    """

    name: str
    color: str | UnsetType | None = UNSET
    stage_id: bytes | None = None
    old_name: str | None = None


class PipelineChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. ``stages`` are all that the pipeline shall have, in order."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    stages: list[StageEntry] | UnsetType = UNSET


# What every new organization starts with.
FIRST_PIPELINES = (
    NewPipeline(
        kind="lead",
        name="Leads",
        is_default=True,
        stages=[
            NewStage(name="New Lead", color="#2563eb"),
            NewStage(name="Contacted", color="#0ea5e9"),
            NewStage(name="Qualified", color="#22c55e"),
            NewStage(name="Closed Won", color="#d97706"),
            NewStage(name="Closed Lost", color="#6b7280"),
        ],
    ),
    NewPipeline(
        kind="opportunity",
        name="Sales",
        is_default=True,
        stages=[
            NewStage(name="Active", color="#2563eb"),
            NewStage(name="Won", color="#22c55e", type="won"),
            NewStage(name="Lost", color="#6b7280", type="lost"),
        ],
    ),
)
