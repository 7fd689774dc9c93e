"""What may be said of pipelines and stages."""

from __future__ import annotations

from typing import Literal

import msgspec


class NewStage(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    color: str | None = None
    type: Literal["active", "won", "lost"] = "active"


class NewPipeline(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["lead", "opportunity"]
    name: str
    description: str | None = None
    is_default: bool = False
    stages: list[NewStage] = []


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
