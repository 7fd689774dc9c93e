"""Which contact an e-mail template is rendered for: one that is named, or one that is searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from leadline.dialects.close.protocol.spelling import tz_offset
from leadline.dialects.close.query.parameters import latest_first, search_in
from leadline.dialects.close.query.saved_searches import SavedSearches
from leadline.dialects.close.query.text_fields import find_field
from leadline.dialects.close.query.text_language import whole_query
from leadline.dialects.close.query.tree_search import read_search
from leadline.features.contacts.queries import contacts_of_leads
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.leads.tables import LEADS, Lead
from leadline.kernel.errors import InvalidError, Problems, problem
from leadline.kernel.ids import parse_prefixed
from leadline.reporting.search.queries import found_ids
from leadline.reporting.search.tree import All, HasRelated, Search, SortKey
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Request

MAX_ENTRY = 99
MAX_DIGITS = 9
_HAS_ADDRESS = HasRelated("contact_email", All())

_COUNT = {"type": "integer", "minimum": 0}
PARAMETERS = (
    Parameter("lead_id", "Lead to render the template for. Required without a search."),
    Parameter("contact_id", "A contact of that lead."),
    Parameter("query", "Text search for leads (as in /lead/) or for contacts."),
    Parameter("s_query", "Structured search for leads or contacts, as JSON."),
    Parameter(
        "entry",
        "Which result to render, counting those with an email address.",
        {**_COUNT, "maximum": MAX_ENTRY},
    ),
    Parameter(
        "mode",
        "Whether results are leads (each with its first contact) or contacts.",
        {"type": "string", "enum": ["lead", "contact"]},
    ),
    Parameter(
        "contact_preference",
        "Older form of mode: contact and all mean contacts. mode takes precedence.",
        {"type": "string", "enum": ["lead", "contact", "all"]},
    ),
    Parameter(
        "bulk_object_type",
        "Type of the objects to search for.",
        {"type": "string", "enum": ["lead", "contact"]},
    ),
    Parameter("sort", 'Fields to sort by, as JSON: [{"field": "name", "direction": "asc"}].'),
    Parameter("results_limit", "Maximum number of results.", _COUNT),
    Parameter("limit", "Same as results_limit.", _COUNT),
    Parameter("sender", "Ignored: templates are rendered in the caller's name."),
)


class Preview(msgspec.Struct, frozen=True):
    lead: Lead
    contact: Contact


def is_searched(request: Request[Any]) -> bool:
    return any(request.query.get(name, "").strip() for name in ("query", "s_query"))


async def named_preview(request: Request[Any]) -> Preview:
    """The contact that is named, which must be on the lead that is."""
    unit = request.unit
    lead_id, contact_id = _asked(request, "lead_id", "lead"), _asked(request, "contact_id", "cont")
    lead = await rows.find(unit, LEADS, lead_id)
    contact = await rows.find(unit, CONTACTS, contact_id)
    problems = Problems()
    if lead is None:
        problems.add("not_found", "lead_id")
    if contact is None or contact.is_placeholder or contact.lead_id != lead_id:
        problems.add("not_found", "contact_id")
    problems.stop_if_any()
    assert lead is not None  # noqa: S101 - else there is a problem
    assert contact is not None  # noqa: S101 - the same
    return Preview(lead, contact)


def _asked(request: Request[Any], name: str, prefix: str) -> bytes:
    """The id that a query parameter must give."""
    text = request.query.get(name, "")
    found = parse_prefixed(prefix, text)
    if found is None:
        raise InvalidError([problem("not_found" if text else "required", name)])
    return found


class _Wanted(msgspec.Struct, frozen=True):
    """The ``entry``-th result (from 0): a lead or a contact, or what the search finds itself."""

    entry: int
    counted: str
    searched: str
    limit: int | None


async def searched_preview(request: Request[Any]) -> Preview | None:
    """The contact that is the wanted result of the search; None past the end of the results."""
    wanted = _read_wanted(request.query)
    search = await _search(request, wanted.searched)
    sort = _read_sort(request.query.get("sort", ""), search.noun) or search.sort
    if wanted.limit is not None and wanted.entry >= wanted.limit:
        return None
    counted = wanted.counted or search.noun
    found = _with_address(msgspec.structs.replace(search, sort=sort), counted)
    ids = await found_ids(request.unit, latest_first(found), limit=1, skip=wanted.entry)
    if not ids:
        return None
    find = _first_of_lead if counted == "lead" else _with_lead
    return await find(request.unit, ids[0])


async def _search(request: Request[Any], noun: str) -> Search:
    text = request.query.get("s_query", "").strip()
    search = await _structured(request, text) if text else await search_in(request, noun)
    if search is None or search.noun not in ("lead", "contact"):
        words = "Templates can only be rendered for leads and contacts."
        raise InvalidError([problem("choice", "s_query", text=words)])
    return search


async def _structured(request: Request[Any], text: str) -> Search:
    """A tree, or an object with one as its ``query`` and maybe a ``sort``."""
    try:
        given = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise InvalidError([problem("type", "s_query")]) from error

    is_bare = "type" in given
    return await read_search(
        request.unit,
        given if is_bare else given.get("query"),
        tz_offset(request.headers),
        SavedSearches(request).find,
        sort=None if is_bare else given.get("sort"),
        path=("s_query",) if is_bare else ("s_query", "query"),
    )


def _with_address(search: Search, counted: str) -> Search:
    """Of what the search finds, or what belongs to it, whatever has an e-mail address."""
    has_address = _HAS_ADDRESS if counted == "contact" else HasRelated("contact", _HAS_ADDRESS)
    if search.noun == counted:
        return msgspec.structs.replace(search, query=All((search.query, has_address)))
    return Search(counted, All((HasRelated(search.noun, whole_query(search)), has_address)))


async def _first_of_lead(unit: Unit, lead_id: bytes) -> Preview:
    lead = await rows.get(unit, LEADS, lead_id)
    contacts = (await contacts_of_leads(unit, [lead_id]))[lead_id]
    return Preview(lead, next(contact for contact in contacts if contact.emails))


async def _with_lead(unit: Unit, contact_id: bytes) -> Preview:
    contact = await rows.get(unit, CONTACTS, contact_id)
    return Preview(await rows.get(unit, LEADS, contact.lead_id), contact)


# On the way in.


def _read_wanted(query: Mapping[str, str]) -> _Wanted:
    problems = Problems()
    searched = _choice(query, "bulk_object_type", problems)
    preference = _choice(query, "contact_preference", problems).replace("all", "contact")
    mode = _choice(query, "mode", problems)
    limits = [_number(query, name, problems) for name in ("results_limit", "limit")]
    entry = _number(query, "entry", problems) or 0
    if entry > MAX_ENTRY:
        problems.add("too_large", "entry", text=f"Value must be at most {MAX_ENTRY}.")
    if query.get("email_account_id"):
        problems.add("not_found", "email_account_id")  # there are no accounts
    problems.stop_if_any()
    return _Wanted(
        entry=entry,
        counted=mode or preference,
        searched=searched or "lead",
        limit=min((limit for limit in limits if limit is not None), default=None),
    )


def _choice(query: Mapping[str, str], name: str, problems: Problems) -> str:
    """One of the words that the parameter may be; empty when it is not given."""
    text = query.get(name, "")
    allowed = next(each for each in PARAMETERS if each.name == name).schema["enum"]
    if text and text not in allowed:
        problems.add("choice", name, text=f"Value must be one of: {', '.join(allowed)}.")
    return text


def _number(query: Mapping[str, str], name: str, problems: Problems) -> int | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > MAX_DIGITS:
        problems.add("type", name, text="Value must be a non-negative integer.")
        return None
    return int(text)


class _Sort(msgspec.Struct, frozen=True):
    field: str
    direction: Literal["asc", "desc"]


def _read_sort(text: str, noun: str) -> tuple[SortKey, ...]:
    if not text:
        return ()
    try:
        given = msgspec.json.decode(text, type=list[_Sort])
    except msgspec.MsgspecError as error:
        raise InvalidError([problem("type", "sort")]) from error
    problems = Problems()
    found = []
    for index, each in enumerate(given):
        target = find_field(noun, each.field)
        if target is None or not target.is_sortable:
            problems.add("unknown_field", "sort", index, "field")
        else:
            found.append(SortKey(target.target, is_descending=each.direction == "desc"))
    problems.stop_if_any()
    return tuple(found)
