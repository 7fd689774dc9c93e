"""Every change of lead source configurations.

Each field is checked by itself, and all problems are told at once: ``problems`` brings those that
the caller has already found, and fields with such a problem are absent from the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from leadline.features.lead_sources.inputs import LeadSourceFields
from leadline.features.lead_sources.queries import not_found
from leadline.features.lead_sources.tables import LEAD_SOURCES, LeadSource
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Kind
from leadline.features.prompts.queries import find_usable_prompt
from leadline.kernel import placeholders
from leadline.kernel.errors import ForbiddenError, Problems
from leadline.kernel.ids import parse_hex
from leadline.kernel.names import read_name
from leadline.platform import emails
from leadline.store import writes
from leadline.store.unit import Unit

DEFAULTS: dict[str, Any] = {
    "name": None,
    "description": None,
    "source": "Unassigned",
    "inbound_email": None,
    "is_autopilot": False,
    "allow_recontact": False,
    "starter_message": None,
    "cost_per_lead": Decimal("0.0000"),
    "status": "active",
    "pipeline_id": None,
    "pipeline_stage_id": None,
    "create_application": False,
    "application_name": None,
    "application_status_id": None,
    "application_pipeline_id": None,
    "application_pipeline_stage_id": None,
    "forward_to_outreach": True,
    "use_workflow_only": False,
    "stages_by_id": [],
}

# Taken over as they are.
_PLAIN = (
    "name",
    "description",
    "is_autopilot",
    "allow_recontact",
    "starter_message",
    "status",
    "create_application",
    "application_name",
    "forward_to_outreach",
    "use_workflow_only",
)
# Which pipeline field each stage field belongs to.
_STAGES: dict[Kind, tuple[str, tuple[str, str]]] = {
    "lead": ("pipeline_id", ("initial_stage", "pipeline_stage")),
    "opportunity": (
        "application_pipeline_id",
        ("application_status", "application_pipeline_stage"),
    ),
}
_CENT_OF_A_CENT = Decimal("0.0001")
_SHOWN = 100


async def create_lead_source(unit: Unit, given: LeadSourceFields, problems: Problems) -> LeadSource:
    """Adds a configuration of the caller."""
    changes = await _check(unit, None, given, problems)
    row = LeadSource(
        **unit.time_stamps(),
        user_id=unit.scope.require_user(),
        **(DEFAULTS | changes),
    )
    return await writes.insert(unit, LEAD_SOURCES, row)


async def update_lead_source(
    unit: Unit, lead_source_id: bytes, given: LeadSourceFields, problems: Problems
) -> LeadSource:
    """Changes what is given of the caller's configuration."""
    before = await _lock_own(unit, lead_source_id)
    changes = await _check(unit, before, given, problems)
    return await writes.update(unit, LEAD_SOURCES, before, **changes)


async def delete_lead_source(unit: Unit, lead_source_id: bytes) -> None:
    """Removes the caller's configuration. Its leads and their transitions stay and keep its id."""
    before = await _lock_own(unit, lead_source_id)
    await unit.execute(
        "INSERT INTO deleted_lead_sources "
        "(organization_id, id, user_id, configuration_name, deleted_at) "
        "VALUES (%(organization_id)s, %(id)s, %(user_id)s, %(name)s, %(now)s)",
        id=before.id,
        user_id=before.user_id,
        name=before.configuration_name,
    )
    await writes.delete(unit, LEAD_SOURCES, before)


async def _lock_own(unit: Unit, lead_source_id: bytes) -> LeadSource:
    found = await unit.fetch_one(LeadSource, LEAD_SOURCES.lock_sql, id=lead_source_id)
    if found is None:
        raise not_found()
    if found.user_id != unit.scope.user_id:
        raise ForbiddenError("Permission denied")
    return found


async def _check(
    unit: Unit, before: LeadSource | None, given: LeadSourceFields, problems: Problems
) -> dict[str, Any]:
    """The columns that ``given`` sets; InvalidError with every problem otherwise."""
    changes = {name: getattr(given, name) for name in _PLAIN if getattr(given, name) is not UNSET}
    if given.starter_message and (flaw := placeholders.flaw(given.starter_message)):
        problems.add("type", "starter_message", text=flaw)
    if given.cost_per_lead is not UNSET:
        cost = Decimal(repr(given.cost_per_lead))
        changes["cost_per_lead"] = cost.quantize(_CENT_OF_A_CENT, ROUND_HALF_UP)
    if given.source is not UNSET:
        changes["source"] = read_name(given.source, problems, "source")
    if given.inbound_email is not UNSET:
        changes["inbound_email"] = _check_email(given.inbound_email, problems)
    if given.configuration_name is not UNSET:
        name = read_name(given.configuration_name, problems, "configuration_name")
        changes["configuration_name"] = name
        await _check_is_free(unit, before, name, problems)
    if given.default_process is not UNSET:
        changes["default_process_id"] = await _check_prompt(unit, given.default_process, problems)
    changes |= await _check_stages(unit, before, given, problems)
    problems.stop_if_any()
    return changes


def _check_email(text: str | None, problems: Problems) -> str | None:
    if text is None:
        return None
    address = emails.normalise(text)
    if address is None:
        problems.add("email", "inbound_email")
    return address


async def _check_is_free(
    unit: Unit, before: LeadSource | None, name: str, problems: Problems
) -> None:
    # One at a time per user: of two who give the same name at once, the second sees the first.
    await unit.execute(
        "SELECT FROM memberships WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s FOR NO KEY UPDATE",
        user_id=unit.scope.user_id,
    )
    taken_by = await unit.fetch_value(
        "SELECT id FROM lead_sources WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s AND lower(configuration_name) = lower(%(name)s)",
        user_id=unit.scope.user_id,
        name=name,
    )
    if taken_by is not None and (before is None or taken_by != before.id):
        problems.add(
            "duplicate",
            "configuration_name",
            text=f"You already have a configuration named '{name}'.",
        )


async def _check_prompt(unit: Unit, text: str, problems: Problems) -> bytes | None:
    prompt_id = parse_hex(text)
    if prompt_id is None or await find_usable_prompt(unit, prompt_id) is None:
        problems.add("not_found", "default_process", text=f"There is no prompt '{text[:_SHOWN]}'.")
    return prompt_id


async def _check_stages(
    unit: Unit, before: LeadSource | None, given: LeadSourceFields, problems: Problems
) -> dict[str, Any]:
    """Pipelines and stages, resolved. Books of stages are fetched only where they are needed."""
    changes: dict[str, Any] = {}
    by_id = set(before.stages_by_id) if before else set()
    for kind, (pipeline, stages) in _STAGES.items():
        if any(getattr(given, field) is not UNSET for field in (pipeline, *stages)):
            book = await stage_book(unit, kind)
            route = _Route(before, given, problems, book, by_id)
            changes |= route.check(pipeline, stages)
            changes["stages_by_id"] = sorted(by_id)
    return changes


@dataclass(frozen=True)
class _Route:
    """Resolves one pipeline and the stages that have to be in it."""

    before: LeadSource | None
    given: LeadSourceFields
    problems: Problems
    book: StageBook
    by_id: set[str]

    def check(self, pipeline: str, stages: tuple[str, ...]) -> dict[str, Any]:
        """The columns to set. ``by_id`` follows how each stage is given."""
        changes: dict[str, Any] = {}
        pipeline_id = self._present(pipeline)
        text = getattr(self.given, pipeline)
        if text is not UNSET:
            pipeline_id = changes[pipeline] = self._pipeline(pipeline, text)
        for stage in stages:
            text = getattr(self.given, stage)
            if text is UNSET and pipeline_id != self._present(pipeline):
                # The pipeline changes under a stage that stays: the new one must have it too.
                text = self._spelling(stage) if pipeline_id else UNSET
            if text is not UNSET:
                changes[f"{stage}_id"] = self._stage(stage, text, pipeline_id)
        return changes

    def _present(self, column: str) -> Any:
        return None if self.before is None else getattr(self.before, column)

    def _spelling(self, stage: str) -> str | UnsetType:
        stage_id = self._present(f"{stage}_id")
        if stage_id is None:
            return UNSET
        return str(stage_id.hex() if stage in self.by_id else self.book.by_id[stage_id].name)

    def _pipeline(self, field: str, text: str | None) -> bytes | None:
        if text is None:
            return None
        found = self.book.pipelines.get(parse_hex(text) or b"")
        if found is None:
            words = f"There is no pipeline '{text[:_SHOWN]}'."
            self.problems.add("not_found", field, text=words)
            return None
        return found.id

    def _stage(self, field: str, text: str | None, pipeline_id: bytes | None) -> bytes | None:
        self.by_id.discard(field)
        if text is None:
            return None
        found = self.book.resolve(text, pipeline_id)
        if found is None:
            where = f" in pipeline '{self.book.pipelines[pipeline_id].name}'" if pipeline_id else ""
            words = f"There is no stage '{text[:_SHOWN]}'{where}."
            self.problems.add("not_found", field, text=words)
            return None
        if parse_hex(text) == found.id:
            self.by_id.add(field)
        return found.id
