"""Comments of an object or a thread, and what a page of threads or objects tells about them."""

from __future__ import annotations

import msgspec

from leadline.features.comments.tables import COMMENT_THREADS, COMMENTS, Comment, CommentThread
from leadline.kernel.errors import ForbiddenError
from leadline.store import rows
from leadline.store.unit import Unit


class ThreadSummary(msgspec.Struct, frozen=True):
    """How many comments of a thread are there still, and who wrote them, first come first."""

    thread_id: bytes
    count: int = 0
    authors: tuple[bytes, ...] = ()


async def comments_in(
    unit: Unit,
    *,
    thread_id: bytes | None = None,
    object_id: bytes | None = None,
    limit: int,
    skip: int,
) -> list[Comment]:
    """The comments of one thread, oldest first; the thread is named, or the object it is about."""
    if object_id is not None:
        of_object = await rows.select(
            unit, COMMENT_THREADS, "AND object_id = %(object_id)s", object_id=object_id
        )
        thread_id = of_object[0].id if of_object else None
    if thread_id is None:
        return []
    return await rows.select(
        unit,
        COMMENTS,
        "AND thread_id = %(thread_id)s ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        thread_id=thread_id,
        limit=limit,
        skip=skip,
    )


async def page_of_threads(
    unit: Unit, ids: list[bytes] | None, object_ids: list[bytes] | None, limit: int, skip: int
) -> list[CommentThread]:
    """Threads, the newest first. Who does not see all leads must say which threads are wanted."""
    if ids is None and object_ids is None and unit.visibility is not None:
        raise ForbiddenError("Name the threads by ids or object_ids.")
    return await rows.select(
        unit,
        COMMENT_THREADS,
        "AND (%(ids)s::bytea[] IS NULL OR id = ANY(%(ids)s)) "
        "AND (%(object_ids)s::bytea[] IS NULL OR object_id = ANY(%(object_ids)s)) "
        "ORDER BY id DESC LIMIT %(limit)s OFFSET %(skip)s",
        ids=ids,
        object_ids=object_ids,
        limit=limit,
        skip=skip,
    )


async def summaries_of(unit: Unit, threads: list[CommentThread]) -> dict[bytes, ThreadSummary]:
    """A summary of each thread, by its id."""
    found = await unit.fetch_all(
        lambda thread_id, count, authors: ThreadSummary(thread_id, count, tuple(authors)),
        "SELECT thread_id, sum(written)::int, array_agg(created_by ORDER BY began) "
        "FILTER (WHERE created_by IS NOT NULL) FROM (SELECT thread_id, created_by, "
        "count(*) AS written, min(created_at) AS began FROM comments "
        "WHERE organization_id = %(organization_id)s AND thread_id = ANY(%(ids)s) "
        "AND removed_at IS NULL GROUP BY thread_id, created_by) AS authors GROUP BY thread_id",
        ids=[thread.id for thread in threads],
    )
    return {summary.thread_id: summary for summary in found}


async def summaries_on(unit: Unit, object_ids: list[bytes]) -> dict[bytes, ThreadSummary]:
    """The threads of objects with how many comments they have, by the ids of the objects."""
    if not object_ids:
        return {}
    found = await unit.fetch_all(
        lambda object_id, thread_id, count: (object_id, ThreadSummary(thread_id, count)),
        "SELECT t.object_id, t.id, (SELECT count(*)::int FROM comments c "
        "WHERE c.organization_id = t.organization_id AND c.thread_id = t.id "
        "AND c.removed_at IS NULL) FROM comment_threads t "
        "WHERE t.organization_id = %(organization_id)s AND t.object_id = ANY(%(object_ids)s)",
        object_ids=object_ids,
    )
    return dict(found)
