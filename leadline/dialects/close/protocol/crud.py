"""The five usual operations of a resource, as ordinary records in the table of operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, LiteralString

from leadline.dialects.close.protocol import spelling
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit
from leadline.wire.operation import Operation, Parameter, Reply, Request

Show = Callable[[Unit, list[Any]], Awaitable[list[Mapping[str, Any]]]]


@dataclass(frozen=True)
class Noun:
    """What Close calls one noun: its path, the prefix of its ids, its shape and its rights."""

    noun: str
    tag: str
    path: str
    prefix: str
    shape: Any
    read: Right
    write: Right
    delete: Right | None = field(default=None, kw_only=True)

    def right_for(self, method: str) -> Right:
        """The right that an operation needs; deleting may need one of its own."""
        if method == "GET":
            return self.read
        return self.delete or self.write if method == "DELETE" else self.write

    def id_in(self, request: Request[Any]) -> bytes:
        return spelling.id_in_path(self.noun, self.prefix, request.path["id"])


@dataclass(frozen=True)
class Wire(Noun, Generic[Row]):
    """A noun whose objects are rows of one table.

    ``show`` turns a page of rows into wire objects, fetching related data once for all of them.
    """

    table: Table[Row]
    show: Callable[[Unit, list[Row]], Awaitable[list[Any]]]
    order: LiteralString = "ORDER BY id"
    max_limit: int = 100
    is_paged: bool = True  # else a list is answered whole, unless a part is asked for

    def page_of(self, query: Mapping[str, str]) -> spelling.Page:
        if not self.is_paged:
            return spelling.page_of_all(query)
        return spelling.page_of(query, self.max_limit)

    def id_in(self, request: Request[Any]) -> bytes:
        return spelling.id_in_path(self.table.noun, self.prefix, request.path["id"])

    async def show_one(self, request: Request[Any], row: Row) -> Mapping[str, Any]:
        """One row in its wire shape, with the fields that were asked for."""
        (shape,) = await self.show(request.unit, [row])
        return spelling.pick(shape, request.query)


# Method, what follows the path of the collection, and summary of the five usual operations.
_VERBS = {
    "list": ("GET", "", "List {many}"),
    "create": ("POST", "", "Create {one}"),
    "get": ("GET", "{id}/", "Fetch {one}"),
    "update": ("PUT", "{id}/", "Update {one}"),
    "delete": ("DELETE", "{id}/", "Delete {one}"),
}


def operation(
    noun: Noun,
    verb: Literal["list", "create", "get", "update", "delete"],
    run: Callable[[Request[Any]], Awaitable[Any]],
    *,
    filters: tuple[Parameter, ...] = (),
    **more: Any,
) -> Operation:
    """One of the usual operations, carried out by ``run``; ``more`` are fields of the record."""
    method, rest, summary = _VERBS[verb]
    is_list = verb == "list"
    query = () if verb == "delete" else (spelling.FIELDS,)
    more.setdefault("answer", None if verb == "delete" else noun.shape)
    more.setdefault("is_list", is_list)
    return Operation(
        name=f"{noun.noun}.{verb}",
        method=method,
        path=noun.path + rest,
        summary=summary.format(many=noun.tag.lower(), one=_with_article(noun.noun)),
        right=noun.right_for(method),
        run=run,
        tag=noun.tag,
        query=(*spelling.PAGING, *query, *filters) if is_list else (*query, *filters),
        **more,
    )


def _with_article(noun: str) -> str:
    words = noun.replace("_", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def list_operation(wire: Wire[Row]) -> Operation:
    """GET of the collection."""
    where = wire.order + " LIMIT %(limit)s OFFSET %(skip)s"

    async def run(request: Request[None]) -> Any:
        page = wire.page_of(request.query)
        found = await rows.select(request.unit, wire.table, where, limit=page.fetch, skip=page.skip)
        shapes = await wire.show(request.unit, found)
        return spelling.list_of(shapes, page, request.query)

    return operation(wire, "list", run, behind=wire.show)


def get_operation(wire: Wire[Row]) -> Operation:
    """GET of one object."""

    async def run(request: Request[None]) -> Any:
        row = await rows.get(request.unit, wire.table, wire.id_in(request))
        return await wire.show_one(request, row)

    return operation(wire, "get", run, behind=wire.show)


def create_operation(
    wire: Wire[Row],
    body: type,
    create: Callable[[Unit, Any], Awaitable[Row]],
    *,
    status: int = 200,
    ignored: frozenset[str] | None = None,
) -> Operation:
    """POST to the collection: ``create`` is an action, ``body`` its input."""

    async def run(request: Request[Any]) -> Any:
        row = await create(request.unit, request.body)
        shape = await wire.show_one(request, row)
        place = f"{wire.path}{spelling.spell_id(wire.prefix, row.id)}/"  # type: ignore[attr-defined]
        return Reply(shape, headers=(("Location", place),) if status == 201 else ())

    return operation(wire, "create", run, body=body, status=status, ignored=ignored, behind=create)


def update_operation(
    wire: Wire[Row],
    body: type,
    update: Callable[[Unit, bytes, Any], Awaitable[Row]],
    *,
    ignored: frozenset[str] | None = None,
) -> Operation:
    """PUT of one object: only the fields that are sent change."""

    async def run(request: Request[Any]) -> Any:
        row = await update(request.unit, wire.id_in(request), request.body)
        return await wire.show_one(request, row)

    return operation(wire, "update", run, body=body, ignored=ignored, behind=update)


def delete_operation(
    wire: Wire[Row], delete: Callable[[Unit, bytes], Awaitable[None]], *, status: int = 200
) -> Operation:
    """DELETE of one object; older resources answer ``{}``, newer ones nothing (204)."""

    async def run(request: Request[None]) -> Any:
        await delete(request.unit, wire.id_in(request))
        return {}

    return operation(wire, "delete", run, status=status, behind=delete)
