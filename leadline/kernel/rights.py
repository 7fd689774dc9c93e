"""Who may do what: one list of rights, and the rights of each role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of a membership, from the most to the least powerful."""

    SUPERADMIN = "SUPERADMIN"
    ADMIN = "ADMIN"
    DEPARTMENT_HEAD = "DEPARTMENT_HEAD"
    SALES_REP = "SALES_REP"


class Right(StrEnum):
    """What an operation needs. Grammar: ``noun:read``, ``noun:write`` or ``noun:verb``."""

    CALL_READ = "call:read"
    CALL_WRITE = "call:write"
    CONTACT_READ = "contact:read"
    CONTACT_WRITE = "contact:write"
    CONVERSATION_READ = "conversation:read"
    EVENT_READ = "event:read"
    LEAD_INTAKE = "lead:intake"
    LEAD_READ = "lead:read"
    LEAD_WRITE = "lead:write"
    LEAD_SOURCE_READ = "lead_source:read"
    LEAD_SOURCE_WRITE = "lead_source:write"
    METRICS_READ = "metrics:read"
    METRICS_READ_ALL = "metrics:read_all"
    OPPORTUNITY_READ = "opportunity:read"
    OPPORTUNITY_WRITE = "opportunity:write"
    ORGANIZATION_CONFIGURE = "organization:configure"
    ORGANIZATION_READ = "organization:read"
    OUTCOME_READ = "outcome:read"
    OUTCOME_WRITE = "outcome:write"
    PIPELINE_READ = "pipeline:read"
    PIPELINE_WRITE = "pipeline:write"
    PROMPT_READ = "prompt:read"
    PROMPT_WRITE = "prompt:write"
    SELF_READ = "self:read"
    SELF_WRITE = "self:write"
    USER_READ = "user:read"


_ADMIN_ONLY = {
    Right.METRICS_READ_ALL,
    Right.ORGANIZATION_CONFIGURE,
    Right.OUTCOME_WRITE,
    Right.PIPELINE_WRITE,
}

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.SUPERADMIN: frozenset(Right),
    Role.ADMIN: frozenset(Right),
    Role.DEPARTMENT_HEAD: frozenset(set(Right) - _ADMIN_ONLY),
    Role.SALES_REP: frozenset(set(Right) - _ADMIN_ONLY),
}
