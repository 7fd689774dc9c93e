"""What becomes of an exception: the error that the caller may see, and for us a line in the log."""

from __future__ import annotations

from typing import Any

import structlog
from psycopg import OperationalError, errors
from psycopg_pool import PoolTimeout

from leadline.kernel.errors import (
    ConflictError,
    LeadlineError,
    RefusedError,
    UnavailableError,
)

log = structlog.get_logger("leadline.requests")


def refusal_of(error: Exception, **about: Any) -> LeadlineError:
    """An error for the caller of every exception that leaves an operation.

    ``about`` says in the log which request it was; what is nobody's fault but ours is told there.
    """
    if isinstance(error, LeadlineError):
        return error
    if isinstance(error, errors.UniqueViolation | errors.ForeignKeyViolation):
        # The last line of defence: a concurrent change slipped in behind the checks.
        return ConflictError("This conflicts with something that exists.")
    if isinstance(error, errors.DataError):
        return RefusedError("A value is out of range.")
    if isinstance(error, errors.QueryCanceled):
        log.warning("statement took too long", **about)
        return UnavailableError("This took too long and was stopped: ask for less at once.")
    if isinstance(error, errors.UndefinedTable):
        log.error("a table is missing", error=str(error), **about)
        return UnavailableError("The database is being upgraded, or its upgrade was not finished.")
    if isinstance(error, PoolTimeout | OperationalError):
        log.error("database unavailable", error=str(error), **about)
        return UnavailableError("The database is not available")
    log.error("request failed", exc_info=error, **about)
    return LeadlineError("Internal server error")
