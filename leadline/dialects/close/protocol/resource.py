"""A resource of the Close API, and its five usual operations as records in the table of operations.

Each operation is carried out by a handler (``list_leads``), or, where there is nothing to do but to
call it, by an action of the feature. Lists and single objects of one table need neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, LiteralString, TypedDict, TypeVar, Unpack, overload

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.spelling import ListOf
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit
from leadline.wire.field_names import FieldNames
from leadline.wire.operation import ErrorBody, Handler, Operation, Parameter, Reply, Request

Shape = TypeVar("Shape")
Body = TypeVar("Body")
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Resource(Generic[Row, Shape]):
    """What Close calls one noun: its path, the prefix of its ids, its shape and its rights.

    ``show`` spells a page of rows for this request, fetching related data once for all of them.
    """

    noun: str
    tag: str
    path: str
    prefix: str
    table: Table[Row]
    shape: type[Shape]
    show: Callable[[Request[Any], list[Row]], Awaitable[list[Shape]]]
    read: Right
    write: Right
    delete: Right | None = None  # when deleting needs more than writing
    order: LiteralString = "ORDER BY id"
    max_limit: int = 100
    is_paged: bool = True  # else a list is answered whole, unless a part is asked for

    def right_for(self, method: str) -> Right:
        """The right that an operation needs."""
        if method == "GET":
            return self.read
        return self.delete or self.write if method == "DELETE" else self.write

    def id_in(self, request: Request[Any]) -> bytes:
        """The id in the path; NotFoundError when it is not an id of this resource."""
        return spelling.id_in_path(self.table.noun, self.prefix, request.path["id"])

    def page_of(self, query: Mapping[str, str]) -> spelling.Page:
        """Which part of a list is asked for."""
        if not self.is_paged:
            return spelling.page_of_all(query)
        return spelling.page_of(query, self.max_limit)

    async def show_one(self, request: Request[Any], row: Row) -> Shape:
        """One row in its shape, with the fields that were asked for."""
        (shape,) = await self.show(request, [row])
        return spelling.pick(shape, request.query)

    async def show_made(self, request: Request[Any], row: Row) -> Reply[Shape]:
        """A new row in its shape, and where it is found from now on."""
        shape = await self.show_one(request, row)
        return Reply(shape, headers=(("Location", self.path_of(row)),))

    def path_of(self, row: Row) -> str:
        """The path of one object."""
        object_id: bytes = row.id  # type: ignore[attr-defined]  # rows of tables have one
        return f"{self.path}{spelling.spell_id(self.prefix, object_id)}/"


class More(TypedDict, total=False):
    """What any of the usual operations may say beyond the usual: see ``Operation``."""

    behind: Callable[..., Any]
    description: str
    error_body: ErrorBody
    errors: Mapping[int, str]
    filters: tuple[Parameter, ...]
    ignored: frozenset[str]
    is_secret: bool
    names: FieldNames
    status: int


# A type that describes an answer, or several of which one does.
Answers = type[Answer] | tuple[type[Any], ...]


@overload
def list_operation(
    resource: Resource[Row, Shape],
    run: Handler[None, ListOf[Shape]] | None = None,
    **more: Unpack[More],
) -> Operation: ...
@overload
def list_operation(
    resource: Resource[Row, Shape],
    run: Handler[None, Answer],
    *,
    answer: Answers[Answer],
    **more: Unpack[More],
) -> Operation: ...
def list_operation(
    resource: Resource[Row, Shape],
    run: Handler[None, Any] | None = None,
    *,
    answer: Any = None,
    **more: Unpack[More],
) -> Operation:
    """GET of the collection: an envelope of shapes, or an ``answer`` of another type."""
    if run is None:
        run = _lister(resource)
        more.setdefault("behind", resource.show)
    return _operation(
        resource,
        "list",
        run,
        query=(*spelling.PAGING, spelling.FIELDS),
        answer=answer or resource.shape,
        is_list=answer is None,
        **more,
    )


def _lister(resource: Resource[Row, Shape]) -> Handler[None, ListOf[Shape]]:
    table, where = resource.table, resource.order + " LIMIT %(limit)s OFFSET %(skip)s"

    async def run(request: Request[None]) -> ListOf[Shape]:
        page = resource.page_of(request.query)
        found = await rows.select(request.unit, table, where, limit=page.fetch, skip=page.skip)
        return spelling.list_of(await resource.show(request, found), page, request.query)

    return run


@overload
def get_operation(
    resource: Resource[Row, Shape],
    run: Handler[None, Shape] | None = None,
    **more: Unpack[More],
) -> Operation: ...
@overload
def get_operation(
    resource: Resource[Row, Shape],
    run: Handler[None, Answer],
    *,
    answer: Answers[Answer],
    **more: Unpack[More],
) -> Operation: ...
def get_operation(
    resource: Resource[Row, Shape],
    run: Handler[None, Any] | None = None,
    *,
    answer: Any = None,
    **more: Unpack[More],
) -> Operation:
    """GET of one object."""
    if run is None:
        run = _getter(resource)
        more.setdefault("behind", resource.show)
    return _operation(
        resource,
        "get",
        run,
        query=(spelling.FIELDS,),
        answer=answer or resource.shape,
        **more,
    )


def _getter(resource: Resource[Row, Shape]) -> Handler[None, Shape]:
    async def run(request: Request[None]) -> Shape:
        row = await rows.get(request.unit, resource.table, resource.id_in(request))
        return await resource.show_one(request, row)

    return run


@overload
def create_operation(
    resource: Resource[Row, Shape],
    run: Handler[Body, Shape],
    *,
    body: type[Body],
    **more: Unpack[More],
) -> Operation: ...
@overload
def create_operation(
    resource: Resource[Row, Shape],
    run: Handler[Body, Answer],
    *,
    body: type[Body],
    answer: Answers[Answer],
    **more: Unpack[More],
) -> Operation: ...
@overload
def create_operation(
    resource: Resource[Row, Shape],
    *,
    action: Callable[[Unit, Body], Awaitable[Row]],
    body: type[Body],
    **more: Unpack[More],
) -> Operation: ...
def create_operation(
    resource: Resource[Row, Shape],
    run: Handler[Any, Any] | None = None,
    *,
    action: Callable[[Unit, Any], Awaitable[Row]] | None = None,
    body: Any,
    answer: Any = None,
    **more: Unpack[More],
) -> Operation:
    """POST to the collection."""
    if action is not None:
        run = _creator(resource, action, tells_where=more.get("status") == 201)
        more.setdefault("behind", action)
    return _operation(
        resource,
        "create",
        run,
        query=(spelling.FIELDS,),
        body=body,
        answer=answer or resource.shape,
        **more,
    )


def _creator(
    resource: Resource[Row, Shape],
    action: Callable[[Unit, Any], Awaitable[Row]],
    *,
    tells_where: bool,
) -> Handler[Any, Shape]:
    async def run(request: Request[Any]) -> Shape | Reply[Shape]:
        row = await action(request.unit, request.body)
        if tells_where:
            return await resource.show_made(request, row)
        return await resource.show_one(request, row)

    return run


@overload
def update_operation(
    resource: Resource[Row, Shape],
    run: Handler[Body, Shape],
    *,
    body: type[Body],
    **more: Unpack[More],
) -> Operation: ...
@overload
def update_operation(
    resource: Resource[Row, Shape],
    *,
    action: Callable[[Unit, bytes, Body], Awaitable[Row]],
    body: type[Body],
    **more: Unpack[More],
) -> Operation: ...
def update_operation(
    resource: Resource[Row, Shape],
    run: Handler[Any, Any] | None = None,
    *,
    action: Callable[[Unit, bytes, Any], Awaitable[Row]] | None = None,
    body: Any,
    **more: Unpack[More],
) -> Operation:
    """PUT of one object: only the fields that are sent change."""
    if action is not None:
        run = _updater(resource, action)
        more.setdefault("behind", action)
    return _operation(
        resource,
        "update",
        run,
        query=(spelling.FIELDS,),
        body=body,
        answer=resource.shape,
        **more,
    )


def _updater(
    resource: Resource[Row, Shape], action: Callable[[Unit, bytes, Any], Awaitable[Row]]
) -> Handler[Any, Shape]:
    async def run(request: Request[Any]) -> Shape:
        row = await action(request.unit, resource.id_in(request), request.body)
        return await resource.show_one(request, row)

    return run


def delete_operation(
    resource: Resource[Row, Shape],
    run: Callable[[Request[None]], Awaitable[None]] | None = None,
    *,
    action: Callable[[Unit, bytes], Awaitable[None]] | None = None,
    **more: Unpack[More],
) -> Operation:
    """DELETE of one object; older resources answer ``{}``, newer ones nothing (204)."""

    async def delete(request: Request[None]) -> dict[str, Any]:
        if action is not None:
            await action(request.unit, resource.id_in(request))
        elif run is not None:
            await run(request)
        return {}

    more.setdefault("behind", action or run or delete)
    return _operation(
        resource,
        "delete",
        delete,
        **more,
    )


# Method, what follows the path of the collection, and summary of the five usual operations.
_USUAL = {
    "list": ("GET", "", "List {many}"),
    "create": ("POST", "", "Create {one}"),
    "get": ("GET", "{id}/", "Fetch {one}"),
    "update": ("PUT", "{id}/", "Update {one}"),
    "delete": ("DELETE", "{id}/", "Delete {one}"),
}


def _operation(
    resource: Resource[Any, Any],
    verb: str,
    run: Any,
    *,
    query: tuple[Parameter, ...] = (),
    filters: tuple[Parameter, ...] = (),
    **more: Any,
) -> Operation:
    method, rest, summary = _USUAL[verb]
    return Operation(
        name=f"{resource.noun}.{verb}",
        method=method,
        path=resource.path + rest,
        summary=summary.format(many=_lower(resource.tag), one=with_article(resource.noun)),
        right=resource.right_for(method),
        run=run,
        tag=resource.tag,
        query=(*query, *filters),
        **more,
    )


def _lower(tag: str) -> str:
    """A tag within a sentence: "Lead statuses" loses its capital, "SMS templates" does not."""
    return tag if tag[1].isupper() else tag[0].lower() + tag[1:]


# First words of nouns that are spelled in their own way.
_SPELLED = {"oauth": "an OAuth", "sms": "an SMS"}


def with_article(noun: str) -> str:
    """A noun for a sentence: "an opportunity"."""
    first, *rest = noun.split("_")
    article = "an" if first[0] in "aeiou" else "a"
    return " ".join([_SPELLED.get(first, f"{article} {first}"), *rest])
