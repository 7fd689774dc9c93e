"""Writing, editing and removing comments. A thread lives as long as one of its comments does."""

from __future__ import annotations

from leadline.features.comments.tables import COMMENT_THREADS, COMMENTS, Comment, CommentThread
from leadline.kernel.errors import ForbiddenError, Problems, RefusedError
from leadline.kernel.names import TEXT_LENGTH, check_length
from leadline.kernel.rights import Right
from leadline.platform.rich_text import clean_html, plain_text
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def add_comment(
    unit: Unit, *, noun: str, object_id: bytes, lead_id: bytes, body: str
) -> Comment:
    """Adds a comment to the thread of an object, which must be locked; maybe the first one.

    ``flows/write_comment.py`` finds the object by the id that a client sends.
    """
    text = _read_body(body)
    thread = await thread_of(unit, object_id)
    if thread is None:
        thread = CommentThread(
            **unit.stamps(), lead_id=lead_id, object_noun=noun, object_id=object_id
        )
        await writes.insert(unit, COMMENT_THREADS, thread)
    else:
        await writes.update(unit, COMMENT_THREADS, thread, updated_at=unit.now)
    comment = Comment(
        **unit.stamps(),
        lead_id=lead_id,
        thread_id=thread.id,
        body=text,
        removed_at=None,
        removed_by=None,
    )
    return await writes.insert(unit, COMMENTS, comment)


async def update_comment(unit: Unit, comment_id: bytes, body: str) -> Comment:
    """Gives a comment another body. Only its author may, and not once it is removed."""
    before = await rows.lock(unit, COMMENTS, comment_id)
    if before.created_by != unit.scope.user_id:
        raise ForbiddenError("Only the author of a comment may edit it.")
    if before.removed_at is not None:
        raise RefusedError("The comment was removed.")
    return await writes.update(unit, COMMENTS, before, body=_read_body(body))


async def delete_comment(unit: Unit, comment_id: bytes) -> None:
    """Removes a comment: its body goes at once, and the thread when nothing is left of it."""
    comment = await rows.lock(unit, COMMENTS, comment_id)
    unit.scope.require_over(
        comment.created_by, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN
    )
    thread = await rows.lock(unit, COMMENT_THREADS, comment.thread_id)
    if comment.removed_at is None:
        await writes.update(
            unit, COMMENTS, comment, body="", removed_at=unit.now, removed_by=unit.scope.user_id
        )
    is_alive = await unit.fetch_value(
        "SELECT true FROM comments WHERE organization_id = %(organization_id)s "
        "AND thread_id = %(thread_id)s AND removed_at IS NULL LIMIT 1",
        thread_id=thread.id,
    )
    if not is_alive:
        await delete_comments_on(unit, [thread.object_id])


async def delete_comments_on(unit: Unit, object_ids: list[bytes]) -> None:
    """Deletes the threads of objects that are deleted themselves, with all their comments."""
    threads = await rows.select(
        unit,
        COMMENT_THREADS,
        "AND object_id = ANY(%(object_ids)s) ORDER BY id FOR UPDATE",
        object_ids=object_ids,
    )
    if not threads:
        return
    ids = [thread.id for thread in threads]
    for comment in await unit.fetch_all(
        Comment, COMMENTS.delete_where(b"thread_id = ANY(%(thread_ids)s)"), thread_ids=ids
    ):
        unit.record("deleted", COMMENTS, comment, None)
    await unit.execute(COMMENT_THREADS.delete_where(b"id = ANY(%(ids)s)"), ids=ids)
    for thread in threads:
        unit.record("deleted", COMMENT_THREADS, thread, None)


async def thread_of(unit: Unit, object_id: bytes) -> CommentThread | None:
    """The thread of an object, if anybody has commented on it."""
    found = await rows.select(
        unit, COMMENT_THREADS, "AND object_id = %(object_id)s FOR UPDATE", object_id=object_id
    )
    return found[0] if found else None


def _read_body(body: str) -> str:
    problems = Problems()
    check_length(body, TEXT_LENGTH, problems, "body")
    problems.stop_if_any()
    text = clean_html(body)
    if not plain_text(text).strip() and "<img" not in text:
        problems.add("blank", "body")
    problems.stop_if_any()
    return text
