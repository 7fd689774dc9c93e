"""The closed set of things that can go wrong. Each dialect has one table from these to bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field of the input.

    ``path`` leads to the field, ``code`` names the kind of problem (see ``PROBLEM_TEXTS``) and
    ``text`` says it to a person.
    """

    path: Path
    code: str
    text: str


# Kinds of problems that any input can have. A dialect may say them in its own words.
PROBLEM_TEXTS = {
    "required": "This field is required.",
    "type": "The value has the wrong type.",
    "choice": "The value is not one of those allowed.",
    "blank": "The value must not be empty.",
    "too_long": "The value is too long.",
    "control_characters": "The value must be one line without control characters.",
    "too_small": "The value is too small.",
    "too_large": "The value is too large.",
    "unknown_field": "There is no such field.",
    "read_only": "Value cannot be changed.",
    "not_found": "Object does not exist.",
    "email": "Invalid email address.",
    "phone": "Invalid phone number.",
    "url": "Invalid URL.",
    "instant": "Invalid ISO 8601 datetime.",
    "duplicate": "The value is already in use.",
    "conflict": "The value does not fit the others.",
}


def problem(code: str, *path: str | int, text: str | None = None) -> Problem:
    """A problem of a known kind at ``path``; ``text`` replaces the usual words."""
    return Problem(path, code, text if text is not None else PROBLEM_TEXTS[code])


class LeadlineError(Exception):
    """Base of all errors that a caller may see. The text is for people."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


class InvalidError(LeadlineError):
    """The input is wrong: every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{_dotted(p.path)}: {p.text}" for p in self.problems))


class RefusedError(LeadlineError):
    """The input is well formed, but a rule forbids what it asks for. A 400 without a field."""


class NotFoundError(LeadlineError):
    """There is no such object for this caller: unknown, of another kind or another organization."""

    def __init__(self, noun: str, text: str = "") -> None:
        super().__init__(text or f"{noun.replace('_', ' ').capitalize()} not found")
        self.noun = noun


class ForbiddenError(LeadlineError):
    """The caller is known, and lacks the right."""


class UnauthenticatedError(LeadlineError):
    """No credential, or one that is wrong, expired or revoked."""


class ConflictError(LeadlineError):
    """What is asked for contradicts the present state."""


class KeyReusedError(LeadlineError):
    """An Idempotency-Key came back with another body."""


class TooManyRequestsError(LeadlineError):
    """Slow down. ``retry_after_s`` says for how long, in seconds."""

    def __init__(self, text: str, retry_after_s: float) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class TooLargeError(LeadlineError):
    """The body is larger than the server takes."""


class TooSlowError(LeadlineError):
    """The body did not arrive in time."""


class UnsupportedMediaError(LeadlineError):
    """The body is not in a format that the operation takes."""


class MalformedError(LeadlineError):
    """The body cannot be read at all: not JSON, not an object, too deep."""


@dataclass
class Problems:
    """Collects problems, so that all of them are told at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, *path: str | int, text: str | None = None) -> None:
        self.found.append(problem(code, *path, text=text))

    def stop_if_any(self) -> None:
        """Raises InvalidError when anything was found."""
        if self.found:
            raise InvalidError(self.found)


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path) or "body"


class UnavailableError(LeadlineError):
    """The database cannot be reached or is too busy, or the request asks too much of it; trying
    again later may help."""
