"""Logs: one line per event on standard error, readable or as JSON, never with a secret in it."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from leadline.kernel.control_characters import escape_controls
from leadline.settings import Settings

# API keys, refresh tokens, secrets of OAuth, JSON web tokens, and the password in a database
# address. Paths are logged, and anybody can send a long one: no part may look far for its end from
# every beginning.
_SECRETS = re.compile(
    r"\b((?:api|rt|oa[crst])_)[A-Za-z0-9.]{8,}"
    r"|\b(eyJ)[A-Za-z0-9_-]{1,500}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|(://[^:/@\s]*:)[^@/\s]+(?=@)"
    r"|(\bpassword=)[^\s&'\"]+"
)
# Nearly no line has one of these, and looking for them is ten times cheaper.
_MARKS = re.compile("api_|rt_|oa[crst]_|eyJ|@|password=")
_SECRET_NAMES = frozenset({"api_key", "authorization", "password", "password_hash", "token"})


def hide_secrets(text: str) -> str:
    """The text with the inside of keys, tokens and passwords replaced by ``***``."""
    if _MARKS.search(text) is None:
        return text
    return _SECRETS.sub(lambda found: "".join(filter(None, found.groups())) + "***", text)


def configure_logs(settings: Settings) -> None:
    """Sends what Leadline and its libraries log to standard error, from the set level on."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    render: Processor
    if settings.log_json:
        render = structlog.processors.JSONRenderer(serializer=_to_json)
    else:
        render = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The richer ones show local variables, and with those secrets.
            exception_formatter=structlog.dev.plain_traceback,
        )
    steps: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_named,
    ]
    # JSON escapes by itself.
    steps.append(structlog.processors.format_exc_info if settings.log_json else _escape)
    structlog.configure(
        processors=[*steps, render, _hide_rendered],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_standard_error,
        cache_logger_on_first_use=False,
    )
    # Libraries tell at "info" what only their authors want to know; warnings matter.
    logging.basicConfig(handlers=[_Forward()], level=max(level, logging.WARNING), force=True)


def _standard_error(*_: Any) -> WrappedLogger:
    """Whatever is standard error at this moment: it may have been replaced since the start."""
    return structlog.WriteLogger(sys.stderr)


class _Forward(logging.Handler):
    """Hands the records of the standard library's logging on to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )


def _hide_named(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    for name in event.keys() & _SECRET_NAMES:
        event[name] = "***"
    return event


def _escape(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Names and paths are what strangers say; the terminal of an operator must not obey them."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = escape_controls(value)
    return event


def _hide_rendered(logger: WrappedLogger, method: str, line: Any) -> str:
    return hide_secrets(line)


def _to_json(event: EventDict, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
