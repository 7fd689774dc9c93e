"""The table of stage transitions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from leadline.store.tables import Table


class StageTransition(msgspec.Struct, frozen=True, gc=False):
    """What reports need is frozen here: names, source, configuration, owner and cost.

    ``is_intake`` marks the entry with which a configuration took the lead in; ``cost`` is then
    its cost per lead at that moment, in the organization's currency. ``from_stage_id`` None is
    the entry into a first stage. Merging leads changes ``lead_id``, and of two intakes leaves one;
    the other keeps its cost.
    """

    organization_id: bytes
    id: bytes
    kind: str
    lead_id: bytes
    opportunity_id: bytes | None
    pipeline_id: bytes
    from_stage_id: bytes | None
    from_stage_name: str | None
    stage_id: bytes
    stage_name: str
    source: str
    configuration_id: bytes | None
    owner_id: bytes | None
    is_intake: bool
    cost: Decimal | None
    actor_id: bytes | None
    created_at: datetime


STAGE_TRANSITIONS = Table("stage_transitions", "stage_transition", StageTransition)
