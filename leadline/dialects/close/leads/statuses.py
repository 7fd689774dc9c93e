"""The status that a lead or an opportunity is given: by its id, or by its label."""

from __future__ import annotations

from msgspec import UnsetType

from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.kernel.errors import Problems


def read_status(
    book: StageBook,
    status_id: bytes | UnsetType | None,
    label: str | UnsetType | None,
    problems: Problems,
    *,
    pipeline_id: bytes | None = None,
    present_id: bytes | None = None,
) -> Stage | None:
    """The stage that is meant; None when nothing is said, or something wrong.

    A retired stage can only be kept (``present_id``). A label is looked for in ``pipeline_id``
    first, then in all pipelines.
    """
    if isinstance(status_id, bytes) and isinstance(label, str):
        problems.add("conflict", "status", text="Give either status_id or status, not both.")
        return None
    if isinstance(status_id, bytes):
        stage = book.by_id.get(status_id)
        if stage is None or not (stage.is_active or stage.id == present_id):
            problems.add("not_found", "status_id")
            return None
        return stage
    if isinstance(label, str):
        stage = book.resolve(label, pipeline_id) if pipeline_id else None
        stage = stage or book.resolve(label)
        if stage is None:
            problems.add("not_found", "status")
        return stage
    return None
