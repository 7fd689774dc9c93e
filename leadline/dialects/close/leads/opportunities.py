"""Opportunities in the Close dialect: ``/api/v1/opportunity/``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.dialects.close.leads.opportunity_lists import (
    FILTERS,
    OpportunityGroupListShape,
    OpportunityListShape,
    read_filter,
    read_group,
    read_orders,
    spell_groups,
    spell_worth,
)
from leadline.dialects.close.leads.opportunity_shapes import (
    OpportunityShape,
    related_to,
    spell_with,
)
from leadline.dialects.close.leads.statuses import read_status
from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.attachments import AttachmentBody, read_attachments
from leadline.dialects.close.protocol.comment_summaries import add_comment_summaries
from leadline.dialects.close.protocol.custom_values import fields_for, read_custom
from leadline.dialects.close.protocol.file_links import connect_files, sign_links
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ContactId,
    LeadId,
    OpportunityId,
    PipelineId,
    StatusId,
    UserId,
)
from leadline.dialects.close.query.parameters import opportunity_search, orders_in
from leadline.features.custom_fields.actions import merged
from leadline.features.groups.queries import users_in_groups
from leadline.features.opportunities import actions
from leadline.features.opportunities.inputs import (
    Confidence,
    NewOpportunity,
    OpportunityChange,
    Period,
    Value,
)
from leadline.features.opportunities.queries import ORDERS, page_of_opportunities, sum_values
from leadline.features.opportunities.tables import OPPORTUNITIES, Attachment, Opportunity
from leadline.features.pipelines.queries import StageBook, stage_book
from leadline.features.pipelines.tables import Stage
from leadline.features.users.queries import check_members
from leadline.flows import create_opportunity as flow
from leadline.flows.change_opportunity import change_opportunity
from leadline.kernel.errors import Path, Problems
from leadline.kernel.rights import Right
from leadline.reporting.search.conditions import condition_for
from leadline.store import rows
from leadline.wire.instants import Day, Instant
from leadline.wire.operation import Request

Text = Annotated[str, Meta(max_length=1000)]

IGNORED = frozenset(OpportunityShape.__annotations__) | {"custom_fields"}


class OpportunityBody(msgspec.Struct, frozen=True, kw_only=True):
    """Without a lead it is on its contact's, or on a new one. Without a status it is in the first.

    ``value`` is in minor units of the currency (cents).
    """

    lead_id: LeadId | None = None
    contact_id: ContactId | None = None
    user_id: UserId | None = None
    pipeline_id: PipelineId | None = None
    status_id: StatusId | None = None
    status: str | None = None
    value: Value | None = None
    value_period: Period | None = None
    confidence: Confidence | None = None
    note: str | None = None
    note_html: str | None = None
    date_won: Day | None = None
    attachments: list[AttachmentBody] | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None


class OpportunityChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears what may be absent; status, value period and confidence it leaves as they are."""

    contact_id: ContactId | UnsetType | None = UNSET
    user_id: UserId | UnsetType | None = UNSET
    status_id: StatusId | None = None
    status: str | None = None
    value: Value | UnsetType | None = UNSET
    value_period: Period | None = None
    confidence: Confidence | None = None
    note: str | UnsetType | None = UNSET
    note_html: str | UnsetType | None = UNSET
    date_won: Day | UnsetType | None = UNSET
    attachments: list[AttachmentBody] | UnsetType | None = UNSET


# On the way in.


def _today(request: Request[Any]) -> date:
    """The day where the caller is."""
    return (request.unit.now + spelling.tz_offset(request.headers)).date()


def _read_new_stage(book: StageBook, body: OpportunityBody, problems: Problems) -> Stage | None:
    """The stage that a new opportunity enters: without one given, the first of its pipeline."""
    if body.pipeline_id is not None and body.pipeline_id not in book.pipelines:
        problems.add("not_found", "pipeline_id")
        return None
    if body.status_id is None and body.status is None:
        return book.first(body.pipeline_id)
    stage = read_status(book, body.status_id, body.status, problems, pipeline_id=body.pipeline_id)
    if stage is not None and body.pipeline_id not in (None, stage.pipeline_id):
        given = "status_id" if body.status_id is not None else "status"
        problems.add("conflict", given, text="The status belongs to another pipeline.")
    return stage


async def _read_change(
    request: Request[OpportunityChangeBody],
    before: Opportunity,
    custom: dict[str, Any],
    problems: Problems,
) -> OpportunityChange:
    body = request.body
    attachments: list[Attachment] | UnsetType = UNSET
    if body.attachments is not UNSET:
        attachments = read_attachments(body.attachments, before.attachments, problems)
        attachments = await connect_files(request, attachments, problems)
    return OpportunityChange(
        contact_id=body.contact_id,
        user_id=body.user_id,
        note=body.note,
        note_html=body.note_html,
        value_minor=body.value,
        value_period=UNSET if body.value_period is None else body.value_period,
        confidence=UNSET if body.confidence is None else body.confidence,
        won_on=body.date_won,
        attachments=attachments,
        custom=custom,
    )


# The operations.


async def show(request: Request[Any], found: list[Opportunity]) -> list[OpportunityShape]:
    return await _show(request, found, await stage_book(request.unit, "opportunity"))


async def _show(
    request: Request[Any], found: list[Opportunity], book: StageBook
) -> list[OpportunityShape]:
    related = await related_to(request.unit, found, book)
    shapes = [spell_with(related, row, request.scope.currency) for row in found]
    await add_comment_summaries(request.unit, shapes)
    await sign_links(request.unit, shapes)
    return shapes


async def list_opportunities(
    request: Request[None],
) -> OpportunityListShape | OpportunityGroupListShape:
    """All matches are added up, whatever the page; in groups too the page is one of objects."""
    unit, query, currency = request.unit, request.query, request.scope.currency
    page = RESOURCE.page_of(query)
    book = await stage_book(unit, "opportunity")
    colleagues = await users_in_groups(unit, filters.ids(query, "user_id", "group") or [])
    wanted, group = read_filter(query, book, colleagues, unit.now), read_group(query)
    search = await opportunity_search(request)
    extra = condition_for(unit, search) if search else None
    orders = read_orders({"_order_by": orders_in(search, ORDERS), **query})
    found = await page_of_opportunities(
        unit, wanted, orders, group, limit=page.fetch, skip=page.skip, extra=extra
    )
    worths = await sum_values(unit, wanted, group, extra)
    shapes = await _show(request, found, book)
    listed = spelling.list_of(shapes, page, query)
    sums = spell_worth(worths, currency)
    if group is None:
        return {**listed, **sums}
    shown = list(zip(found, shapes, strict=True))[: page.limit]
    groups = spell_groups(shown, worths, group, currency)
    for each in groups:
        each["objects"] = [spelling.pick(shape, query) for shape in each["objects"]]
    return {"data": groups, "has_more": listed["has_more"], **sums}


async def create_opportunity(request: Request[OpportunityBody]) -> OpportunityShape:
    unit, body = request.unit, request.body
    problems = Problems()
    people: dict[Path, bytes | None] = {
        ("user_id",): body.user_id,
        ("created_by",): body.created_by,
    }
    await check_members(unit, people, problems)
    book = await stage_book(unit, "opportunity")
    stage = _read_new_stage(book, body, problems)
    fields = await fields_for(unit, "opportunity", [request.raw])
    attachments = read_attachments(body.attachments, [], problems)
    new = NewOpportunity(
        contact_id=body.contact_id,
        user_id=body.user_id,
        note=body.note,
        note_html=body.note_html,
        value_minor=body.value,
        value_period=body.value_period or "one_time",
        confidence=body.confidence,
        won_on=body.date_won,
        attachments=await connect_files(request, attachments, problems),
        custom=merged({}, read_custom(fields, request.raw, problems)),
        created_at=body.date_created,
        created_by=body.created_by,
    )
    row = await flow.create_opportunity(
        unit, body.lead_id, stage, new, problems, today=_today(request)
    )
    (shape,) = await _show(request, [row], book)
    return spelling.pick(shape, request.query)


async def update_opportunity(request: Request[OpportunityChangeBody]) -> OpportunityShape:
    unit, body = request.unit, request.body
    before = await rows.lock(unit, OPPORTUNITIES, RESOURCE.id_in(request))
    problems = Problems()
    if isinstance(body.user_id, bytes) and body.user_id != before.user_id:
        await check_members(unit, {("user_id",): body.user_id}, problems)
    book = await stage_book(unit, "opportunity")
    stage = read_status(
        book,
        body.status_id,
        body.status,
        problems,
        pipeline_id=before.pipeline_id,
        present_id=before.stage_id,
    )
    fields = await fields_for(unit, "opportunity", [request.raw])
    custom = read_custom(fields, request.raw, problems, before=before.custom)
    change = await _read_change(request, before, custom, problems)
    row = await change_opportunity(
        unit, before, change, problems, stage=stage, book=book, today=_today(request)
    )
    (shape,) = await _show(request, [row], book)
    return spelling.pick(shape, request.query)


async def delete_opportunity(request: Request[None]) -> None:
    await actions.delete_opportunity(request.unit, RESOURCE.id_in(request))


RESOURCE = Resource(
    noun="opportunity",
    tag="Opportunities",
    path="/api/v1/opportunity/",
    prefix=OpportunityId.prefix,
    table=OPPORTUNITIES,
    shape=OpportunityShape,
    show=show,
    read=Right.OPPORTUNITY_READ,
    write=Right.OPPORTUNITY_WRITE,
    max_limit=250,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_opportunities,
        filters=FILTERS,
        answer=(OpportunityListShape, OpportunityGroupListShape),
    ),
    create_operation(RESOURCE, create_opportunity, body=OpportunityBody, ignored=IGNORED),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_opportunity, body=OpportunityChangeBody, ignored=IGNORED),
    delete_operation(RESOURCE, delete_opportunity),
)
