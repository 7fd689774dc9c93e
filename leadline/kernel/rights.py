"""Who may do what: one row for each right, from which the rights of every role follow."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from leadline.kernel.permissions import BUILT_IN, Permission


class Role(StrEnum):
    """The role of a membership, from the most to the least powerful."""

    SUPERADMIN = "SUPERADMIN"
    ADMIN = "ADMIN"
    DEPARTMENT_HEAD = "DEPARTMENT_HEAD"
    SALES_REP = "SALES_REP"

    def outranks(self, other: Role) -> bool:
        """Whether it is the more powerful of the two."""
        order = list(Role)
        return order.index(self) < order.index(other)


# Short names for the table: a right is one line.
ADMIN, HEAD, REP = Role.ADMIN, Role.DEPARTMENT_HEAD, Role.SALES_REP
P = Permission
ALL_LEADS = True


class Right(StrEnum):
    """What an operation needs. Grammar: ``noun:read``, ``noun:write`` or ``noun:verb``.

    After the name comes the least powerful role that has it, then the permission that grants it to
    the roles that an organization makes; without one all of them have it. Rights for ALL_LEADS are
    used on the whole organization, also by people who see only some leads: a stage may be in use by
    a lead that is hidden from whoever deletes it. None of these operations shows a lead.
    """

    least_role: Role
    permission: Permission | None
    for_all_leads: bool

    def __new__(
        cls,
        name: str,
        least_role: Role,
        permission: Permission | None = None,
        for_all_leads: bool = False,
    ) -> Right:
        right = str.__new__(cls, name)
        right._value_ = name
        right.least_role = least_role
        right.permission = permission
        right.for_all_leads = for_all_leads
        return right

    ACTIVITY_DELETE_OWN = "activity:delete_own", REP, P.DELETE_OWN_ACTIVITIES
    ACTIVITY_MANAGE_OTHERS = "activity:manage_others", REP, P.MANAGE_OTHERS_ACTIVITIES
    BLOCKED_PHONE_NUMBER_READ = "blocked_phone_number:read", REP
    BLOCKED_PHONE_NUMBER_WRITE = "blocked_phone_number:write", HEAD, P.MANAGE_GROUP_NUMBERS
    CALL_READ = "call:read", REP
    CALL_WRITE = "call:write", REP, P.CALLING
    COMMENT_READ = "comment:read", REP
    COMMENT_WRITE = "comment:write", REP
    CONNECTED_ACCOUNT_READ = "connected_account:read", REP
    CONTACT_READ = "contact:read", REP
    CONTACT_WRITE = "contact:write", REP
    CONVERSATION_READ = "conversation:read", REP
    CUSTOM_ACTIVITY_READ = "custom_activity:read", REP
    CUSTOM_ACTIVITY_WRITE = "custom_activity:write", REP
    CUSTOM_FIELD_ADD_BY_NAME = "custom_field:add_by_name", REP, P.BULK_IMPORT
    CUSTOM_FIELD_READ = "custom_field:read", REP
    CUSTOM_FIELD_WRITE = "custom_field:write", ADMIN, P.MANAGE_CUSTOMIZATIONS, ALL_LEADS
    CUSTOM_OBJECT_READ = "custom_object:read", REP
    CUSTOM_OBJECT_WRITE = "custom_object:write", REP
    DIALER_READ = "dialer:read", REP
    FILE_READ = "file:read", REP
    FILE_WRITE = "file:write", REP
    FORM_READ = "form:read", REP
    FORM_WRITE = "form:write", ADMIN, P.MANAGE_CUSTOMIZATIONS, ALL_LEADS
    GROUP_READ = "group:read", REP
    GROUP_WRITE = "group:write", ADMIN, P.MANAGE_ORGANIZATION, ALL_LEADS
    INTEGRATION_LINK_READ = "integration_link:read", REP
    INTEGRATION_LINK_WRITE = "integration_link:write", ADMIN, P.MANAGE_CUSTOMIZATIONS
    LEAD_DELETE = "lead:delete", REP, P.DELETE_LEADS
    LEAD_INTAKE = "lead:intake", REP
    LEAD_MERGE = "lead:merge", REP, P.MERGE_LEADS
    LEAD_READ = "lead:read", REP
    LEAD_SOURCE_READ = "lead_source:read", REP
    LEAD_SOURCE_WRITE = "lead_source:write", REP, None, ALL_LEADS
    LEAD_WRITE = "lead:write", REP
    MEMBERSHIP_WRITE = "membership:write", ADMIN, P.MANAGE_ORGANIZATION, ALL_LEADS
    METRICS_READ = "metrics:read", REP, None, ALL_LEADS
    METRICS_READ_ALL = "metrics:read_all", ADMIN, P.MANAGE_ORGANIZATION, ALL_LEADS
    NOTE_READ = "note:read", REP
    NOTE_WRITE = "note:write", REP
    OAUTH_APP_MANAGE = "oauth_app:manage", ADMIN, P.MANAGE_ORGANIZATION
    OPPORTUNITY_DELETE_OWN = "opportunity:delete_own", REP, P.DELETE_OWN_OPPORTUNITIES
    OPPORTUNITY_MANAGE_OTHERS = "opportunity:manage_others", REP, P.MANAGE_OTHERS_OPPORTUNITIES
    OPPORTUNITY_READ = "opportunity:read", REP
    OPPORTUNITY_WRITE = "opportunity:write", REP
    ORGANIZATION_CONFIGURE = "organization:configure", ADMIN, P.MANAGE_ORGANIZATION, ALL_LEADS
    ORGANIZATION_READ = "organization:read", REP
    OUTCOME_READ = "outcome:read", REP
    OUTCOME_WRITE = "outcome:write", ADMIN, P.MANAGE_CUSTOMIZATIONS, ALL_LEADS
    PHONE_NUMBER_MANAGE_GROUPS = "phone_number:manage_groups", HEAD, P.MANAGE_GROUP_NUMBERS
    PHONE_NUMBER_READ = "phone_number:read", REP
    PHONE_NUMBER_WRITE = "phone_number:write", REP
    PIPELINE_READ = "pipeline:read", REP
    PIPELINE_WRITE = "pipeline:write", ADMIN, P.MANAGE_CUSTOMIZATIONS, ALL_LEADS
    PLAYBOOK_READ = "playbook:read", REP
    PLAYBOOK_WRITE = "playbook:write", ADMIN, P.MANAGE_CUSTOMIZATIONS, ALL_LEADS
    PROMPT_READ = "prompt:read", REP
    PROMPT_WRITE = "prompt:write", REP, None, ALL_LEADS
    ROLE_READ = "role:read", REP
    ROLE_WRITE = "role:write", ADMIN, P.MANAGE_ORGANIZATION, ALL_LEADS
    SAVED_SEARCH_MANAGE_TEAM = "saved_search:manage_team", HEAD, P.MANAGE_TEAM_SMART_VIEWS
    SAVED_SEARCH_READ = "saved_search:read", REP
    SAVED_SEARCH_WRITE = "saved_search:write", REP
    SCHEDULING_LINK_READ = "scheduling_link:read", REP
    SCHEDULING_LINK_SHARE = "scheduling_link:share", ADMIN, P.MANAGE_CUSTOMIZATIONS
    SCHEDULING_LINK_WRITE = "scheduling_link:write", REP
    SELF_READ = "self:read", REP
    SELF_WRITE = "self:write", REP
    TASK_DELETE_OWN = "task:delete_own", REP, P.DELETE_OWN_TASKS
    TASK_MANAGE_OTHERS = "task:manage_others", REP, P.MANAGE_OTHERS_TASKS
    TASK_READ = "task:read", REP
    TASK_WRITE = "task:write", REP
    TEMPLATE_MANAGE = "template:manage", HEAD, P.MANAGE_TEAM_EMAIL_TEMPLATES
    TEMPLATE_READ = "template:read", REP
    TEMPLATE_WRITE = "template:write", REP
    UNSUBSCRIBED_EMAIL_DELETE = "unsubscribed_email:delete", REP, P.BULK_EMAIL
    UNSUBSCRIBED_EMAIL_READ = "unsubscribed_email:read", REP
    UNSUBSCRIBED_EMAIL_WRITE = "unsubscribed_email:write", REP
    USER_READ = "user:read", REP


FOR_ALL_LEADS = frozenset(right for right in Right if right.for_all_leads)

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    role: frozenset(right for right in Right if not right.least_role.outranks(role))
    for role in Role
}


def rights_of(permissions: Iterable[str]) -> frozenset[Right]:
    """The rights of a role that an organization has made of these permissions.

    Names that are no permissions give nothing.
    """
    names = {None, *permissions}
    return frozenset(right for right in Right if right.permission in names)


RESTRICTED_RIGHTS = rights_of(BUILT_IN["restricteduser"])
