"""How Tether names a stage: by its name, its id and its pipeline's id, which have to agree."""

from __future__ import annotations

from msgspec import UnsetType

from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.kernel.errors import Problems
from leadline.kernel.ids import parse_hex

Text = str | UnsetType | None


def choose_stage(
    book: StageBook,
    current: Stage | None,
    problems: Problems,
    *,
    status: Text,
    stage: Text,
    pipeline: Text,
    stage_field: str = "pipelineStage",
) -> Stage | None:
    """The stage that is meant; None when a problem was noted, or nothing named and none present.

    Null and empty texts name nothing. A name alone is looked for in the given pipeline, else in
    the present one, else in all; another pipeline alone means its first stage.
    """
    name, stage_text, pipeline_text = (
        text.strip() if isinstance(text, str) else "" for text in (status, stage, pipeline)
    )
    pipeline_id = parse_hex(pipeline_text) if pipeline_text else None
    if pipeline_text and pipeline_id not in book.pipelines:
        problems.add("not_found", "pipelineId", text="There is no such contact pipeline.")
        return None
    # What is posted back unchanged names the present stage, retired or not.
    if (
        current is not None
        and pipeline_id in (None, current.pipeline_id)
        and all(_is_called(current, text) for text in (name, stage_text) if text)
    ):
        return current
    if stage_text:
        found = book.resolve(stage_text, pipeline_id)
        if found is None:
            code = "not_found" if book.resolve(stage_text) is None else "conflict"
            problems.add(code, stage_field, text=_missing(stage_text, pipeline_id))
        elif name and not _is_called(found, name):
            words = f"The stage with this id is named {found.name!r}."
            problems.add("conflict", "status", text=words)
        return found
    if name:
        at_home = pipeline_id or (current.pipeline_id if current else None)
        found = book.resolve(name, at_home)
        if found is None and pipeline_id is None:
            found = book.resolve(name)
        if found is None:
            problems.add("not_found", "status", text=_missing(name, pipeline_id))
        return found
    if pipeline_id is None:
        return None
    found = book.first(pipeline_id)
    if found is None:
        problems.add("conflict", "pipelineId", text="This pipeline has no stage.")
    return found


def _is_called(stage: Stage, text: str) -> bool:
    return text.lower() in (stage.name.lower(), stage.id.hex())


def _missing(text: str, pipeline_id: bytes | None) -> str:
    where = "" if pipeline_id is None else " in this pipeline"
    return f"There is no stage {text[:100]!r}{where}."
