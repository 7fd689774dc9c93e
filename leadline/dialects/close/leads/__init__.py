"""Leads with their contacts, opportunities and tasks, and the statuses that these move through."""

from __future__ import annotations

from leadline.dialects.close.leads import (
    contacts,
    lead_statuses,
    leads,
    opportunities,
    opportunity_statuses,
    pipelines,
    tasks,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *contacts.OPERATIONS,
    *lead_statuses.OPERATIONS,
    *leads.OPERATIONS,
    *opportunities.OPERATIONS,
    *opportunity_statuses.OPERATIONS,
    *pipelines.OPERATIONS,
    *tasks.OPERATIONS,
)
