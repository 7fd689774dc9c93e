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

    ACTIVITY_DELETE_OWN = "activity:delete_own"
    ACTIVITY_MANAGE_OTHERS = "activity:manage_others"
    BLOCKED_PHONE_NUMBER_READ = "blocked_phone_number:read"
    BLOCKED_PHONE_NUMBER_WRITE = "blocked_phone_number:write"
    CALL_READ = "call:read"
    CALL_WRITE = "call:write"
    CONNECTED_ACCOUNT_READ = "connected_account:read"
    CONTACT_READ = "contact:read"
    CONTACT_WRITE = "contact:write"
    CONVERSATION_READ = "conversation:read"
    CUSTOM_ACTIVITY_READ = "custom_activity:read"
    CUSTOM_ACTIVITY_WRITE = "custom_activity:write"
    CUSTOM_FIELD_READ = "custom_field:read"
    CUSTOM_FIELD_WRITE = "custom_field:write"
    CUSTOM_OBJECT_READ = "custom_object:read"
    CUSTOM_OBJECT_WRITE = "custom_object:write"
    DIALER_READ = "dialer:read"
    FILE_READ = "file:read"
    FILE_WRITE = "file:write"
    FORM_READ = "form:read"
    FORM_WRITE = "form:write"
    GROUP_READ = "group:read"
    GROUP_WRITE = "group:write"
    INTEGRATION_LINK_READ = "integration_link:read"
    INTEGRATION_LINK_WRITE = "integration_link:write"
    LEAD_DELETE = "lead:delete"
    LEAD_INTAKE = "lead:intake"
    LEAD_MERGE = "lead:merge"
    LEAD_READ = "lead:read"
    LEAD_SOURCE_READ = "lead_source:read"
    LEAD_SOURCE_WRITE = "lead_source:write"
    LEAD_WRITE = "lead:write"
    MEMBERSHIP_WRITE = "membership:write"
    METRICS_READ = "metrics:read"
    METRICS_READ_ALL = "metrics:read_all"
    NOTE_READ = "note:read"
    NOTE_WRITE = "note:write"
    OAUTH_APP_MANAGE = "oauth_app:manage"
    OPPORTUNITY_DELETE_OWN = "opportunity:delete_own"
    OPPORTUNITY_MANAGE_OTHERS = "opportunity:manage_others"
    OPPORTUNITY_READ = "opportunity:read"
    OPPORTUNITY_WRITE = "opportunity:write"
    ORGANIZATION_CONFIGURE = "organization:configure"
    ORGANIZATION_READ = "organization:read"
    OUTCOME_READ = "outcome:read"
    OUTCOME_WRITE = "outcome:write"
    PHONE_NUMBER_MANAGE_GROUPS = "phone_number:manage_groups"
    PHONE_NUMBER_READ = "phone_number:read"
    PHONE_NUMBER_WRITE = "phone_number:write"
    PIPELINE_READ = "pipeline:read"
    PIPELINE_WRITE = "pipeline:write"
    PLAYBOOK_READ = "playbook:read"
    PLAYBOOK_WRITE = "playbook:write"
    PROMPT_READ = "prompt:read"
    PROMPT_WRITE = "prompt:write"
    ROLE_READ = "role:read"
    ROLE_WRITE = "role:write"
    SAVED_SEARCH_MANAGE_TEAM = "saved_search:manage_team"
    SAVED_SEARCH_READ = "saved_search:read"
    SAVED_SEARCH_WRITE = "saved_search:write"
    SCHEDULING_LINK_READ = "scheduling_link:read"
    SCHEDULING_LINK_SHARE = "scheduling_link:share"
    SCHEDULING_LINK_WRITE = "scheduling_link:write"
    SELF_READ = "self:read"
    SELF_WRITE = "self:write"
    TASK_DELETE_OWN = "task:delete_own"
    TASK_MANAGE_OTHERS = "task:manage_others"
    TASK_READ = "task:read"
    TASK_WRITE = "task:write"
    TEMPLATE_MANAGE = "template:manage"
    TEMPLATE_READ = "template:read"
    TEMPLATE_WRITE = "template:write"
    UNSUBSCRIBED_EMAIL_READ = "unsubscribed_email:read"
    UNSUBSCRIBED_EMAIL_WRITE = "unsubscribed_email:write"
    USER_READ = "user:read"


_ADMIN_ONLY = {
    Right.CUSTOM_FIELD_WRITE,
    Right.FORM_WRITE,
    Right.GROUP_WRITE,
    Right.INTEGRATION_LINK_WRITE,
    Right.MEMBERSHIP_WRITE,
    Right.METRICS_READ_ALL,
    Right.OAUTH_APP_MANAGE,
    Right.ORGANIZATION_CONFIGURE,
    Right.OUTCOME_WRITE,
    Right.PIPELINE_WRITE,
    Right.PLAYBOOK_WRITE,
    Right.ROLE_WRITE,
    Right.SCHEDULING_LINK_SHARE,
    Right.TEMPLATE_MANAGE,
}
_HEADS_AND_ADMINS = {
    Right.BLOCKED_PHONE_NUMBER_WRITE,
    Right.PHONE_NUMBER_MANAGE_GROUPS,
    Right.SAVED_SEARCH_MANAGE_TEAM,
}

# Whoever may do these does them for the whole organization, whatever leads they see: a stage is in
# use also by a lead that is hidden from who deletes it, and the intake must know all people. None
# of these operations shows a lead.
FOR_ALL_LEADS = frozenset(
    {
        Right.CUSTOM_FIELD_WRITE,
        Right.FORM_WRITE,
        Right.GROUP_WRITE,
        Right.LEAD_INTAKE,
        Right.LEAD_SOURCE_WRITE,
        Right.MEMBERSHIP_WRITE,
        Right.METRICS_READ,
        Right.METRICS_READ_ALL,
        Right.ORGANIZATION_CONFIGURE,
        Right.OUTCOME_WRITE,
        Right.PIPELINE_WRITE,
        Right.PLAYBOOK_WRITE,
        Right.PROMPT_WRITE,
        Right.ROLE_WRITE,
    }
)

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.SUPERADMIN: frozenset(Right),
    Role.ADMIN: frozenset(Right),
    Role.DEPARTMENT_HEAD: frozenset(set(Right) - _ADMIN_ONLY),
    Role.SALES_REP: frozenset(set(Right) - _ADMIN_ONLY - _HEADS_AND_ADMINS),
}
