"""The tables of pipelines and their stages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from leadline.store.tables import Table

Kind = Literal["lead", "opportunity"]


class Pipeline(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    kind: Kind
    name: str
    description: str | None
    is_default: bool
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


class Stage(msgspec.Struct, frozen=True, gc=False):
    """``rank`` orders the stages of a pipeline; an inactive stage is retired."""

    organization_id: bytes
    id: bytes
    pipeline_id: bytes
    kind: Kind
    name: str
    color: str | None
    type: str
    rank: int
    is_active: bool
    created_at: datetime
    updated_at: datetime


PIPELINES = Table("pipelines", "pipeline", Pipeline)
STAGES = Table("stages", "stage", Stage)
