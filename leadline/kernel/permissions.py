"""Permissions: what a role of an organization's own can be made of.

``rights.py`` says which rights each grants. One that grants none is for something that cannot be
done here yet; roles keep it for the day when it can.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class Permission(StrEnum):
    """The names are Close's."""

    BULK_DELETE = "bulk_delete"
    BULK_EDIT = "bulk_edit"
    BULK_EMAIL = "bulk_email"
    BULK_IMPORT = "bulk_import"
    BULK_SEQUENCE_SUBSCRIPTIONS = "bulk_sequence_subscriptions"
    CALL_COACH_BARGE = "call_coach_barge"
    CALL_COACH_LISTEN = "call_coach_listen"
    CALLING = "calling"
    DELETE_LEADS = "delete_leads"
    DELETE_OWN_ACTIVITIES = "delete_own_activities"
    DELETE_OWN_OPPORTUNITIES = "delete_own_opportunities"
    DELETE_OWN_TASKS = "delete_own_tasks"
    EXPORT = "export"
    MANAGE_CUSTOMIZATIONS = "manage_customizations"
    MANAGE_EMAIL_SEQUENCES = "manage_email_sequences"
    MANAGE_GROUP_NUMBERS = "manage_group_numbers"
    MANAGE_ORGANIZATION = "manage_organization"
    MANAGE_OTHERS_ACTIVITIES = "manage_others_activities"
    MANAGE_OTHERS_OPPORTUNITIES = "manage_others_opportunities"
    MANAGE_OTHERS_TASKS = "manage_others_tasks"
    MANAGE_TEAM_EMAIL_TEMPLATES = "manage_team_email_templates"
    MANAGE_TEAM_SMART_VIEWS = "manage_team_smart_views"
    MERGE_LEADS = "merge_leads"
    VIEW_ALL_LEADS = "view_all_leads"


# How leads are treated that are assigned to nobody, for roles that do not see all leads.
VisibilityBehavior = Literal["require_assignment", "allow_unassigned"]

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
