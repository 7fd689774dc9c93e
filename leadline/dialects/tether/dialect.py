"""The Tether dialect as data: its operations, its statuses, its way to authenticate."""

from __future__ import annotations

from leadline.dialects.tether import (
    contact_lists,
    contacts,
    conversations,
    devices,
    lead_sources,
    organizations,
    outreach,
    outreach_metrics,
    passwords,
    pipelines,
    prompt_versions,
    prompts,
    sessions,
    spelling,
    users,
)
from leadline.dialects.tether.auth import authenticate
from leadline.kernel import errors
from leadline.platform.rate_limits import Allowance
from leadline.wire.operation import Dialect, Operation

OPERATIONS: tuple[Operation, ...] = (
    *contact_lists.OPERATIONS,
    *contacts.OPERATIONS,
    *conversations.OPERATIONS,
    *devices.OPERATIONS,
    *lead_sources.OPERATIONS,
    *organizations.OPERATIONS,
    *outreach.OPERATIONS,
    *outreach_metrics.OPERATIONS,
    *passwords.OPERATIONS,
    *pipelines.OPERATIONS,
    *prompt_versions.OPERATIONS,
    *prompts.OPERATIONS,
    *sessions.OPERATIONS,
    *users.OPERATIONS,
)

STATUSES: dict[type[errors.LeadlineError], int] = {
    errors.InvalidError: 400,
    errors.RefusedError: 400,
    errors.MalformedError: 400,
    errors.UnsupportedMediaError: 415,
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
    """The usual three headers."""
    return (
        (b"ratelimit-limit", str(allowance.limit).encode()),
        (b"ratelimit-remaining", str(allowance.remaining).encode()),
        (b"ratelimit-reset", str(allowance.reset_s).encode()),
    )


TETHER = Dialect(
    name="tether",
    title="Leadline, Tether dialect",
    prefix="/api",
    operations=OPERATIONS,
    authenticate=authenticate,
    statuses=STATUSES,
    error_body=spelling.message_error,
    hook=spelling.hook,
    security={"bearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    headers=rate_limit_headers,
)
