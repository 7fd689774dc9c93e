"""Comments and their threads in the Close dialect: ``/api/v1/comment/``, ``/comment_thread/``."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.comment_summaries import mentions_in
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ListOf,
    spell_id,
    spell_id_or_null,
    spell_time,
    spell_time_or_null,
)
from leadline.features.comments import actions
from leadline.features.comments.queries import (
    ThreadSummary,
    comments_in,
    page_of_threads,
    summaries_of,
)
from leadline.features.comments.tables import COMMENT_THREADS, COMMENTS, Comment, CommentThread
from leadline.flows.write_comment import COMMENTABLE, write_comment
from leadline.kernel.errors import NotFoundError, RefusedError
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.rights import Right
from leadline.wire.operation import Parameter, Reply, Request

# What the kinds of commented objects are called by our nouns, as in the event log.
_OBJECT_TYPES = {
    "call": "activity.call",
    "custom_activity": "activity.custom_activity",
    "note": "activity.note",
    "opportunity": "opportunity",
    "task_completion": "activity.task_completed",
}
# Which nouns an id can be of.
_NOUNS = {"oppo": ("opportunity",), "acti": tuple(COMMENTABLE.keys() - {"opportunity"})}


class CommentShape(TypedDict):
    body: str
    created_at: str
    created_by: str | None
    id: str
    lead_id: str
    mentions: list[str]
    organization_id: str
    removed_at: str | None
    removed_by: str | None
    thread_id: str
    updated_at: str
    updated_by: str | None


class CommentThreadShape(TypedDict):
    created_at: str
    id: str
    lead_id: str
    num_comments: int
    object_id: str
    object_type: str
    organization_id: str
    participating: list[str]
    updated_at: str


class NewCommentBody(msgspec.Struct, frozen=True):
    """``object_id`` names an activity or an opportunity, ``body`` is rich text."""

    object_id: str
    body: str


class CommentChangeBody(msgspec.Struct, frozen=True):
    body: str


async def show_comments(request: Request[Any], found: list[Comment]) -> list[CommentShape]:
    return [
        {
            "body": row.body,
            "created_at": spell_time(row.created_at),
            "created_by": spell_id_or_null("user", row.created_by),
            "id": spell_id("comm", row.id),
            "lead_id": spell_id("lead", row.lead_id),
            "mentions": mentions_in(row.body),
            "organization_id": spell_id("orga", row.organization_id),
            "removed_at": spell_time_or_null(row.removed_at),
            "removed_by": spell_id_or_null("user", row.removed_by),
            "thread_id": spell_id("comthr", row.thread_id),
            "updated_at": spell_time(row.updated_at),
            "updated_by": spell_id_or_null("user", row.updated_by),
        }
        for row in found
    ]


async def show_threads(
    request: Request[Any], found: list[CommentThread]
) -> list[CommentThreadShape]:
    summaries = await summaries_of(request.unit, found)
    return [_spell_thread(row, summaries.get(row.id) or ThreadSummary(row.id)) for row in found]


def _spell_thread(row: CommentThread, summary: ThreadSummary) -> CommentThreadShape:
    prefix = next(prefix for prefix, nouns in _NOUNS.items() if row.object_noun in nouns)
    return {
        "created_at": spell_time(row.created_at),
        "id": spell_id("comthr", row.id),
        "lead_id": spell_id("lead", row.lead_id),
        "num_comments": summary.count,
        "object_id": spell_id(prefix, row.object_id),
        "object_type": _OBJECT_TYPES[row.object_noun],
        "organization_id": spell_id("orga", row.organization_id),
        "participating": [spell_id("user", user_id) for user_id in summary.authors],
        "updated_at": spell_time(row.updated_at),
    }


async def list_comments(request: Request[None]) -> ListOf[CommentShape]:
    named = {name: request.query.get(name) for name in ("object_id", "thread_id")}
    if len([text for text in named.values() if text]) != 1:
        raise RefusedError("Exactly one of object_id and thread_id must be given.")
    page = spelling.page_of(request.query)
    found: list[Comment] = []
    # An id that is none finds nothing, just as one that is unknown or on a hidden lead.
    if named["object_id"]:
        _, object_id = _object_of(named["object_id"])
        if object_id is not None:
            found = await comments_in(
                request.unit, object_id=object_id, limit=page.fetch, skip=page.skip
            )
    else:
        thread_id = parse_prefixed("comthr", named["thread_id"] or "")
        if thread_id is not None:
            found = await comments_in(
                request.unit, thread_id=thread_id, limit=page.fetch, skip=page.skip
            )
    return spelling.list_of(await show_comments(request, found), page, request.query)


async def create_comment(request: Request[NewCommentBody]) -> Reply[CommentShape]:
    nouns, object_id = _object_of(request.body.object_id)
    if object_id is None:
        raise NotFoundError("object")
    comment = await write_comment(request.unit, nouns, object_id, request.body.body)
    return await COMMENT.show_made(request, comment)


async def update_comment(request: Request[CommentChangeBody]) -> CommentShape:
    comment = await actions.update_comment(request.unit, COMMENT.id_in(request), request.body.body)
    return await COMMENT.show_one(request, comment)


async def list_comment_threads(request: Request[None]) -> ListOf[CommentThreadShape]:
    page = spelling.page_of(request.query)
    object_ids: list[bytes] | None = None
    if (texts := filters.words(request.query, "object_ids")) is not None:
        parsed = (_object_of(text)[1] for text in texts)
        object_ids = [object_id for object_id in parsed if object_id is not None]
    found = await page_of_threads(
        request.unit,
        filters.ids(request.query, "ids", "comthr"),
        object_ids,
        page.fetch,
        page.skip,
    )
    return spelling.list_of(await show_threads(request, found), page, request.query)


def _object_of(text: str) -> tuple[tuple[str, ...], bytes | None]:
    """Which nouns an id can be of, and its bytes; None when it is no id of such an object."""
    nouns = _NOUNS.get(text.partition("_")[0], ())
    return nouns, parse_prefixed(text.partition("_")[0], text) if nouns else None


COMMENT = Resource(
    noun="comment",
    tag="Comments",
    path="/api/v1/comment/",
    prefix="comm",
    table=COMMENTS,
    shape=CommentShape,
    show=show_comments,
    read=Right.COMMENT_READ,
    write=Right.COMMENT_WRITE,
)
THREAD = Resource(
    noun="comment_thread",
    tag="Comments",
    path="/api/v1/comment_thread/",
    prefix="comthr",
    table=COMMENT_THREADS,
    shape=CommentThreadShape,
    show=show_threads,
    read=Right.COMMENT_READ,
    write=Right.COMMENT_WRITE,
)
_IDS = {"type": "array", "items": {"type": "string"}}
_READABLE = frozenset(CommentShape.__annotations__)

OPERATIONS = (
    list_operation(
        COMMENT,
        list_comments,
        filters=(
            Parameter("object_id", "The comments on this activity or opportunity."),
            Parameter("thread_id", "The comments of this thread."),
        ),
        description="Oldest first. Exactly one of object_id and thread_id must be given.",
    ),
    create_operation(COMMENT, create_comment, body=NewCommentBody, status=201, ignored=_READABLE),
    get_operation(COMMENT),
    update_operation(COMMENT, update_comment, body=CommentChangeBody, ignored=_READABLE),
    delete_operation(COMMENT, action=actions.delete_comment, status=204),
    list_operation(
        THREAD,
        list_comment_threads,
        filters=(
            Parameter("ids", "Filter by thread ids, comma separated.", _IDS),
            Parameter("object_ids", "Filter by the ids of commented objects.", _IDS),
        ),
    ),
    get_operation(THREAD),
)
