"""Permissions: what a role of an organization's own can be made of, and the rights that each gives.

Rights that no permission gives are everybody's, or the admins' alone. A permission without rights
is for something that is not there to be done yet; it is kept for the day when it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal

from leadline.kernel.rights import ROLE_RIGHTS, Right, Role
from leadline.kernel.scope import VisibilityRule


class Permission(StrEnum):
    """The names are Close's."""

    BULK_DELETE = "bulk_delete"
    BULK_EDIT = "bulk_edit"
    BULK_EMAIL = "bulk_email"
    BULK_IMPORT = "bulk_import"
    BULK_SEQUENCE_SUBSCRIPTIONS = "bulk_sequence_subscriptions"
    CALLING = "calling"
    DELETE_LEADS = "delete_leads"
    DELETE_OWN_ACTIVITIES = "delete_own_activities"
    DELETE_OWN_OPPORTUNITIES = "delete_own_opportunities"
    DELETE_OWN_TASKS = "delete_own_tasks"
    EXPORT = "export"
    MANAGE_CUSTOMIZATIONS = "manage_customizations"
    MANAGE_GROUP_NUMBERS = "manage_group_numbers"
    MANAGE_ORGANIZATION = "manage_organization"
    MANAGE_OTHERS_ACTIVITIES = "manage_others_activities"
    MANAGE_OTHERS_OPPORTUNITIES = "manage_others_opportunities"
    MANAGE_OTHERS_TASKS = "manage_others_tasks"
    MANAGE_TEAM_SMART_VIEWS = "manage_team_smart_views"
    MERGE_LEADS = "merge_leads"
    VIEW_ALL_LEADS = "view_all_leads"


# How leads are treated that are assigned to nobody, for roles that do not see all leads.
VisibilityBehavior = Literal["require_assignment", "allow_unassigned"]

_OF_PERMISSION: dict[Permission, set[Right]] = {
    Permission.CALLING: {Right.CALL_WRITE},
    Permission.DELETE_LEADS: {Right.LEAD_DELETE},
    Permission.DELETE_OWN_ACTIVITIES: {Right.ACTIVITY_DELETE_OWN},
    Permission.DELETE_OWN_OPPORTUNITIES: {Right.OPPORTUNITY_DELETE_OWN},
    Permission.DELETE_OWN_TASKS: {Right.TASK_DELETE_OWN},
    Permission.MANAGE_CUSTOMIZATIONS: {
        Right.CUSTOM_FIELD_WRITE,
        Right.FORM_WRITE,
        Right.INTEGRATION_LINK_WRITE,
        Right.OUTCOME_WRITE,
        Right.PIPELINE_WRITE,
        Right.PLAYBOOK_WRITE,
        Right.SCHEDULING_LINK_SHARE,
        Right.TEMPLATE_MANAGE,
    },
    Permission.MANAGE_GROUP_NUMBERS: {
        Right.BLOCKED_PHONE_NUMBER_WRITE,
        Right.PHONE_NUMBER_MANAGE_GROUPS,
    },
    Permission.MANAGE_ORGANIZATION: {
        Right.GROUP_WRITE,
        Right.MEMBERSHIP_WRITE,
        Right.METRICS_READ_ALL,
        Right.OAUTH_APP_MANAGE,
        Right.ORGANIZATION_CONFIGURE,
        Right.ROLE_WRITE,
    },
    Permission.MANAGE_OTHERS_ACTIVITIES: {Right.ACTIVITY_MANAGE_OTHERS},
    Permission.MANAGE_OTHERS_OPPORTUNITIES: {Right.OPPORTUNITY_MANAGE_OTHERS},
    Permission.MANAGE_OTHERS_TASKS: {Right.TASK_MANAGE_OTHERS},
    Permission.MANAGE_TEAM_SMART_VIEWS: {Right.SAVED_SEARCH_MANAGE_TEAM},
    Permission.MERGE_LEADS: {Right.LEAD_MERGE},
}
_OF_EVERYBODY = ROLE_RIGHTS[Role.SALES_REP].difference(*_OF_PERMISSION.values())

_RESTRICTED = frozenset(
    {
        Permission.CALLING,
        Permission.DELETE_OWN_ACTIVITIES,
        Permission.DELETE_OWN_OPPORTUNITIES,
        Permission.DELETE_OWN_TASKS,
        Permission.VIEW_ALL_LEADS,
    }
)
_USER = _RESTRICTED | {
    Permission.BULK_EMAIL,
    Permission.BULK_IMPORT,
    Permission.BULK_SEQUENCE_SUBSCRIPTIONS,
    Permission.DELETE_LEADS,
    Permission.MANAGE_OTHERS_ACTIVITIES,
    Permission.MANAGE_OTHERS_OPPORTUNITIES,
    Permission.MANAGE_OTHERS_TASKS,
    Permission.MERGE_LEADS,
}
# The roles that every organization has, by the names that Close gives them.
BUILT_IN: dict[str, frozenset[Permission]] = {
    "admin": frozenset(Permission),
    "superuser": frozenset(Permission)
    - {Permission.MANAGE_CUSTOMIZATIONS, Permission.MANAGE_ORGANIZATION},
    "user": _USER,
    "restricteduser": _RESTRICTED,
}


def rights_of(permissions: Iterable[str]) -> frozenset[Right]:
    """The rights that these permissions give together; names that are none give nothing."""
    known = Permission.__members__.values()
    given = (_OF_PERMISSION.get(Permission(name), set()) for name in permissions if name in known)
    return _OF_EVERYBODY.union(*given)


def visibility_of(
    permissions: Iterable[str], field_ids: Sequence[bytes], behavior: str | None
) -> VisibilityRule | None:
    """What a role of the organization's own sees; None is everything.

    Without ``behavior`` leads must be assigned.
    """
    if Permission.VIEW_ALL_LEADS in permissions:
        return None
    return VisibilityRule(tuple(field_ids), behavior == "allow_unassigned")


RESTRICTED_RIGHTS = rights_of(_RESTRICTED)
