"""The Close dialect as data: its operations, its statuses, its way to authenticate."""

from __future__ import annotations

from typing import Any

from leadline.dialects.close import (
    activity_lists,
    api_keys,
    blocked_phone_numbers,
    calls,
    contacts,
    creations,
    custom_activities,
    custom_activity_types,
    custom_field_schemas,
    custom_fields,
    custom_object_types,
    custom_objects,
    data_search,
    email_templates,
    files,
    form_submissions,
    forms,
    groups,
    integration_links,
    lead_merges,
    lead_statuses,
    leads,
    memberships,
    notes,
    oauth_apps,
    oauth_grants,
    opportunities,
    opportunity_statuses,
    organizations,
    outcomes,
    phone_numbers,
    pipelines,
    playbooks,
    roles,
    saved_searches,
    scheduling_links,
    send_as,
    shared_custom_fields,
    shared_scheduling_links,
    sms_templates,
    spelling,
    status_changes,
    task_completions,
    tasks,
    telephony,
    unsubscribed_emails,
    users,
)
from leadline.dialects.close.auth import authenticate
from leadline.dialects.wire.operation import Dialect, Operation
from leadline.kernel import errors
from leadline.platform.rate_limits import Allowance

OPERATIONS: tuple[Operation, ...] = (
    *activity_lists.OPERATIONS,
    *calls.OPERATIONS,
    *contacts.OPERATIONS,
    *creations.OPERATIONS,
    *custom_activities.OPERATIONS,
    *custom_activity_types.OPERATIONS,
    *custom_field_schemas.OPERATIONS,
    *custom_fields.OPERATIONS,
    *custom_object_types.OPERATIONS,
    *custom_objects.OPERATIONS,
    *data_search.OPERATIONS,
    *files.OPERATIONS,
    *forms.OPERATIONS,
    *form_submissions.OPERATIONS,
    *leads.OPERATIONS,
    *lead_merges.OPERATIONS,
    *lead_statuses.OPERATIONS,
    *notes.OPERATIONS,
    *opportunities.OPERATIONS,
    *opportunity_statuses.OPERATIONS,
    *outcomes.OPERATIONS,
    *pipelines.OPERATIONS,
    *status_changes.OPERATIONS,
    *shared_custom_fields.OPERATIONS,
    *tasks.OPERATIONS,
    *task_completions.OPERATIONS,
    *organizations.OPERATIONS,
    *users.OPERATIONS,
    *memberships.OPERATIONS,
    *roles.OPERATIONS,
    *groups.OPERATIONS,
    *api_keys.OPERATIONS,
    *oauth_apps.OPERATIONS,
    *oauth_grants.OPERATIONS,
    *integration_links.OPERATIONS,
    *email_templates.OPERATIONS,
    *sms_templates.OPERATIONS,
    *playbooks.OPERATIONS,
    *saved_searches.OPERATIONS,
    *unsubscribed_emails.OPERATIONS,
    *send_as.OPERATIONS,
    *scheduling_links.OPERATIONS,
    *shared_scheduling_links.OPERATIONS,
    *blocked_phone_numbers.OPERATIONS,
    *phone_numbers.OPERATIONS,
    *telephony.OPERATIONS,
)

STATUSES: dict[type[errors.LeadlineError], int] = {
    errors.InvalidError: 400,
    errors.RefusedError: 400,
    errors.MalformedError: 400,
    errors.UnsupportedMediaError: 400,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.TooSlowError: 408,
    errors.ConflictError: 409,
    errors.TooLargeError: 413,
    errors.KeyReusedError: 422,
    errors.TooManyRequestsError: 429,
    errors.UnavailableError: 503,
}


def rate_limit_headers(allowance: Allowance) -> tuple[tuple[bytes, bytes], ...]:
    """One ``RateLimit`` header in the form that Close's clients parse, and the three parts."""
    limit, remaining, reset = (
        str(part).encode() for part in (allowance.limit, allowance.remaining, allowance.reset_s)
    )
    together = b"limit=%s, remaining=%s, reset=%s" % (limit, remaining, reset)
    return (
        (b"ratelimit", together),
        (b"ratelimit-limit", limit),
        (b"ratelimit-remaining", remaining),
        (b"ratelimit-reset", reset),
    )


def spell_error(error: errors.LeadlineError, status: int) -> Any:
    """Close's error body; the one for too many requests also has what older clients read."""
    if isinstance(error, errors.TooManyRequestsError):
        return {
            "error": {"message": error.text, "rate_reset": error.retry_after_s},
            "rate_reset": error.retry_after_s,
        }
    return spelling.spell_error(error, status)


CLOSE = Dialect(
    name="close",
    title="Leadline, Close dialect",
    prefix="/api/v1",
    operations=OPERATIONS,
    authenticate=authenticate,
    statuses=STATUSES,
    error_body=spell_error,
    hook=spelling.hook,
    security={
        "apiKey": {"type": "http", "scheme": "basic"},
        "oauth": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth2/authorize/",
                    "tokenUrl": "/oauth2/token/",
                    "refreshUrl": "/oauth2/token/",
                    "scopes": {
                        "all.full_access": "Whatever the user may do.",
                        "offline_access": "Also a refresh token.",
                    },
                }
            },
        },
    },
    headers=rate_limit_headers,
    reads_by_post=True,
)
