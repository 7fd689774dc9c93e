"""Many contacts at once in the Tether dialect: lists, and moving several to a stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Literal, TypedDict
from zoneinfo import ZoneInfo

import msgspec

from leadline.dialects.tether.contacts import TAG, ContactShape, show_cards
from leadline.dialects.tether.spelling import envelope_error, page_of
from leadline.dialects.tether.stage_pairs import choose_stage
from leadline.features.contacts.queries import CardFilter, list_cards
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.flows.change_card import move_cards
from leadline.kernel.errors import Problems, RefusedError
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import Right
from leadline.kernel.scope import Scope
from leadline.store.conditions import TimeBounds
from leadline.wire.operation import Operation, Parameter, Request, operation

MAX_BULK = 5000
_DAY = "2026-05-17"


class ContactPage(TypedDict):
    contacts: list[ContactShape]
    total: int
    page: int
    size: int


class ContactPageMeta(TypedDict):
    total: int
    page: int
    size: int
    totalPages: int


class ContactListShape(TypedDict):
    success: Literal[True]
    data: ContactPage
    meta: ContactPageMeta
    contacts: list[ContactShape]
    total: int


class BulkStatusBody(msgspec.Struct, frozen=True, rename="camel"):
    contact_ids: list[str]
    status: str
    pipeline_stage_id: str


class BulkStatusShape(TypedDict):
    message: str
    modifiedCount: int
    matchedCount: int


async def list_contacts(request: Request[None]) -> ContactListShape:
    unit, query = request.unit, request.query
    size, skip = page_of(query, 50)
    page = skip // size + 1
    book = await stage_book(unit, "lead")
    cards, total = await list_cards(unit, _filter(query, unit.scope, book), size, skip)
    shapes = await show_cards(unit, cards, book)
    pages = -(-total // size)
    return {
        "success": True,
        "data": {"contacts": shapes, "total": total, "page": page, "size": size},
        "meta": {"total": total, "page": page, "size": size, "totalPages": pages},
        "contacts": shapes,
        "total": total,
    }


def _filter(query: Mapping[str, str], scope: Scope, book: StageBook) -> CardFilter:
    owner_id, is_unassigned = _owner(query, scope)
    return CardFilter(
        search=query.get("search", "").strip(),
        owner_id=owner_id,
        is_unassigned=is_unassigned,
        owner_ids=_ids(query, "owner"),
        assignee_ids=_ids(query, "assignee"),
        stage_ids=_stages(query, book),
        source=query.get("source") or query.get("leadSource") or None,
        created=_window(query, "dateRange", scope.time_zone),
    )


def _owner(query: Mapping[str, str], scope: Scope) -> tuple[bytes | None, bool]:
    """Whose contacts, and whether it is nobody's. ``owner`` overrides ``ownerFilter``."""
    wanted = query.get("ownerFilter") or "my"
    if query.get("owner") or wanted == "all":
        return None, False
    if wanted == "my":
        return scope.require_user(), False
    if wanted == "unassigned":
        return None, True
    user_id = parse_hex(wanted)
    if user_id is None:
        raise RefusedError("'ownerFilter' must be my, all, unassigned or the id of a user")
    return user_id, False


def _stages(query: Mapping[str, str], book: StageBook) -> list[bytes] | None:
    """The stages that fit ``status``, ``pipelineStage`` and ``pipelineId``, each if given."""
    status, stage, pipeline = (
        query.get(name, "").strip().lower() for name in ("status", "pipelineStage", "pipelineId")
    )
    if not (status or stage or pipeline):
        return None
    return [
        each.id
        for each in book.stages
        if status in ("", each.name.lower(), each.id.hex())
        and stage in ("", each.name.lower(), each.id.hex())
        and pipeline in ("", each.pipeline_id.hex())
    ]


def _ids(query: Mapping[str, str], name: str) -> list[bytes] | None:
    """Ids between commas or in a JSON list; what is none fits nobody."""
    text = query.get(name, "").strip()
    if not text:
        return None
    found = (parse_hex(part.strip(' "')) for part in text.strip("[]").split(","))
    return [each for each in found if each is not None]


def _window(query: Mapping[str, str], name: str, zone: str) -> TimeBounds:
    """The bounds ``{start, end}``; either may be missing."""
    text = query.get(name, "").strip()
    if not text:
        return TimeBounds()
    wrong = RefusedError(f"'{name}' must be a JSON object with the date-times start and end")
    try:
        found = msgspec.json.decode(text, type=dict[str, str | None])
    except msgspec.DecodeError as error:
        raise wrong from error
    try:
        return TimeBounds(
            since=_bound(found.get("start"), zone),
            until=_bound(found.get("end"), zone, is_end=True),
        )
    except (ValueError, OverflowError) as error:
        raise wrong from error


def _bound(text: str | None, zone: str, *, is_end: bool = False) -> datetime | None:
    """Without a zone it is in the organization's. A mere day counts whole."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    if is_end and len(text) <= len(_DAY):
        found = datetime.combine(found, time.max)
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC)


async def bulk_update_status(request: Request[BulkStatusBody]) -> BulkStatusShape:
    unit, body = request.unit, request.body
    problems = Problems()
    if len(body.contact_ids) > MAX_BULK:
        words = f"The list must have at most {MAX_BULK} entries."
        problems.add("too_long", "contactIds", text=words)
    book = await stage_book(unit, "lead")
    for name, text in (("status", body.status), ("pipelineStageId", body.pipeline_stage_id)):
        if not text.strip():
            problems.add("blank", name)
    stage = choose_stage(
        book,
        None,
        problems,
        status=body.status,
        stage=body.pipeline_stage_id,
        pipeline=None,
        stage_field="pipelineStageId",
    )
    problems.stop_if_any()
    if stage is None:
        raise AssertionError("a stage that is named is found or a problem")
    ids = [found for text in body.contact_ids if (found := parse_hex(text)) is not None]
    matched, modified = await move_cards(unit, ids, stage, book)
    return {
        "message": "Bulk update completed",
        "modifiedCount": modified,
        "matchedCount": matched,
    }


OPERATIONS: tuple[Operation, ...] = (
    operation(
        name="contact.list",
        method="GET",
        path="/api/contacts",
        summary="List contacts: one card per lead, newest first",
        right=Right.CONTACT_READ,
        run=list_contacts,
        tag=TAG,
        answer=ContactListShape,
        error_body=envelope_error,
        errors={400: "Wrong input"},
        query=(
            Parameter(
                "page",
                "Page number, starting at 1.",
                {"type": "integer", "minimum": 1, "default": 1},
            ),
            Parameter(
                "size",
                "Contacts per page, at most 200.",
                {"type": "integer", "minimum": 1, "default": 50},
            ),
            Parameter("search", "Part of a name, phone number or e-mail address."),
            Parameter("source", "Filter by lead source (exact match)."),
            Parameter("leadSource", "Same as source."),
            Parameter(
                "ownerFilter",
                "'my', 'all', 'unassigned' or the id of a user.",
                {"type": "string", "default": "my"},
            ),
            Parameter(
                "owner",
                "Filter by ids of users who own or created the contact. Overrides ownerFilter.",
            ),
            Parameter(
                "assignee", "Filter by ids of users who have conversations with the contact."
            ),
            Parameter("status", "Filter by the name of a stage."),
            Parameter("pipelineStage", "Filter by the id of a stage."),
            Parameter("pipelineId", "Filter by the id of a pipeline."),
            Parameter("dateRange", 'When it was made, as JSON: {"start": ..., "end": ...}.'),
        ),
    ),
    operation(
        name="contact.bulk_update_status",
        method="PUT",
        path="/api/contacts/bulk-update-status",
        summary="Move contacts to a stage",
        right=Right.CONTACT_WRITE,
        run=bulk_update_status,
        tag=TAG,
        body=BulkStatusBody,
        ignored=frozenset(),
        answer=BulkStatusShape,
        error_body=envelope_error,
        errors={400: "Wrong input"},
        description="Contacts of one lead count as one card. Unknown ids match nothing.",
    ),
)
