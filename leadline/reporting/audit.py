"""The audit trail: who logged in or tried, and who changed keys, people, roles and settings."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Any

import msgspec

from leadline.features.sign_ins.queries import SignIn, list_sign_ins
from leadline.store.unit import Unit

_SIGN_INS = {
    "succeeded": "login",
    "failed": "login failed",
    "reused": "refresh token used twice, session ended",
    "ended": "logout",
    "confirmed": "password confirmed",
}
# The nouns are those of the index "events_audited".
_EVENTS = """
SELECT e.id, e.occurred_at, e.noun, e.action, e.object_id, e.user_id, actor.email,
       coalesce(subject.email, e.after ->> 'name', e.before ->> 'name', e.after ->> 'hint',
                e.before ->> 'hint'),
       e.before, e.after, e.request_id,
       CASE WHEN e.oauth_app_id IS NOT NULL THEN coalesce(app.name, 'an app since removed') END
FROM events e
LEFT JOIN users actor ON actor.id = e.user_id
LEFT JOIN oauth_apps app ON app.organization_id = e.organization_id AND app.id = e.oauth_app_id
LEFT JOIN users subject
    ON e.noun IN ('api_key', 'membership', 'oauth_grant', 'send_as', 'user')
   AND subject.id = decode(coalesce(e.after, e.before) ->>
       CASE e.noun WHEN 'user' THEN 'id' ELSE 'user_id' END, 'base64')
WHERE e.organization_id = %(organization_id)s
  AND e.noun IN ('api_key', 'membership', 'oauth_app', 'oauth_grant', 'organization', 'role',
                 'send_as', 'user')
ORDER BY e.id DESC LIMIT %(limit)s
"""


class AuditEntry(msgspec.Struct, frozen=True):
    """One line. ``actor`` did it to ``subject``; None is the command line, or nobody known.

    ``client`` is the network address of a login, or the name of the app that acted for the actor.
    ``changes`` are old and new values by field. Secrets are in no event, and so not here.
    """

    id: bytes
    at: datetime
    what: str
    actor: str | None
    subject: str | None
    client: str | None = None
    request_id: str | None = None
    changes: dict[str, tuple[Any, Any]] = {}


class _Event(msgspec.Struct, frozen=True):
    id: bytes
    occurred_at: datetime
    noun: str
    action: str
    object_id: bytes
    user_id: bytes | None
    actor: str | None
    subject: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    app: str | None


async def audit(unit: Unit, limit: int) -> list[AuditEntry]:
    """The last entries of the organization, newest first."""
    entries = [of_sign_in(found) for found in await list_sign_ins(unit, limit)]
    entries += [_of_event(found) for found in await unit.fetch_all(_Event, _EVENTS, limit=limit)]
    entries.sort(key=lambda entry: entry.id, reverse=True)
    return entries[:limit]


def of_sign_in(found: SignIn) -> AuditEntry:
    """A sign-in as an entry: the person is both who did it and whom it is about."""
    what = _SIGN_INS[found.action]
    return AuditEntry(found.id, found.happened_at, what, found.email, found.email, found.client)


def _of_event(found: _Event) -> AuditEntry:
    before, after = found.before or {}, found.after or {}
    changes = {
        name: (_shown(name, before.get(name)), _shown(name, after.get(name)))
        for name in {**before, **after}
        if before.get(name) != after.get(name) and name not in ("updated_at", "updated_by")
    }
    return AuditEntry(
        found.id,
        found.occurred_at,
        f"{found.noun.replace('_', ' ')} {found.action}",
        found.actor,
        found.subject or found.object_id.hex(),
        found.app,
        request_id=found.request_id,
        changes=changes if found.action == "updated" else {},
    )


def _shown(name: str, value: Any) -> Any:
    """An event spells ids in base64; everywhere else they are read in hexadecimal."""
    return b64decode(value).hex() if name.endswith("_id") and isinstance(value, str) else value
