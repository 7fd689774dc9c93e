"""What objects that can be commented on tell about their comments, in ``comment_summary``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypedDict

from leadline.dialects.close.protocol.spelling import spell_id
from leadline.features.comments.queries import summaries_on
from leadline.store.unit import Unit

_MENTION = re.compile(r'<span (?=[^>]*data-type="mention")[^>]*data-id="((?:user|group)_[^"]+)"')


class CommentSummaryShape(TypedDict):
    comment_count: int
    thread_id: str


async def add_comment_summaries(unit: Unit, shapes: Iterable[Any]) -> None:
    """Fills ``comment_summary`` of those shapes that have comments, by one statement for all."""
    by_id = {bytes.fromhex(shape["id"].partition("_")[2]): shape for shape in shapes}
    for object_id, summary in (await summaries_on(unit, list(by_id))).items():
        told: CommentSummaryShape = {
            "comment_count": summary.count,
            "thread_id": spell_id("comthr", summary.thread_id),
        }
        by_id[object_id]["comment_summary"] = told


def mentions_in(rich: str) -> list[str]:
    """The ids of users and groups that rich text mentions, each once."""
    return list(dict.fromkeys(_MENTION.findall(rich)))
