"""Comments and their threads: a thread for each object that anybody has commented on."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class CommentThread(msgspec.Struct, frozen=True, gc=False):
    """``object_noun`` is the noun of the table that has the object; the lead is the object's."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    object_noun: str
    object_id: bytes
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


class Comment(msgspec.Struct, frozen=True, gc=False):
    """``body`` is rich text; it is empty once the comment is removed (``removed_at``)."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    thread_id: bytes
    body: str
    removed_at: datetime | None
    removed_by: bytes | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


COMMENT_THREADS = Table("comment_threads", "comment_thread", CommentThread)
COMMENTS = Table("comments", "comment", Comment)
