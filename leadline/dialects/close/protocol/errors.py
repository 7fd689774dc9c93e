"""What an error becomes in the Close dialect: a status, a body, and headers about limits."""

from __future__ import annotations

from typing import Any

from leadline.dialects.close.protocol import spelling
from leadline.kernel import errors
from leadline.platform.rate_limits import Allowance

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


def spell_error(error: errors.LeadlineError, status: int) -> dict[str, Any]:
    """Close's error body; the one for too many requests also has what older clients read."""
    if isinstance(error, errors.TooManyRequestsError):
        return {
            "error": {"message": error.text, "rate_reset": error.retry_after_s},
            "rate_reset": error.retry_after_s,
        }
    return spelling.spell_error(error, status)
