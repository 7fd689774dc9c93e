"""The five usual operations of a resource, as ordinary records in the table of operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, LiteralString

from leadline.dialects.close import spelling
from leadline.dialects.wire.operation import Operation, Reply, Request
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit

Show = Callable[[Unit, list[Any]], Awaitable[list[Mapping[str, Any]]]]


@dataclass(frozen=True)
class Wire(Generic[Row]):
    """How Close spells one noun: its path, the prefix of its ids and its shape.

    ``show`` turns a page of rows into wire objects, fetching related data once for all of them.
    """

    noun: str
    tag: str
    path: str
    prefix: str
    table: Table[Row]
    shape: Any
    show: Callable[[Unit, list[Row]], Awaitable[list[Any]]]
    read: Right
    write: Right
    order: LiteralString = "ORDER BY id"
    max_limit: int = 100

    def id_in(self, request: Request[Any]) -> bytes:
        return spelling.id_in_path(self.table.noun, self.prefix, request.path["id"])

    async def show_one(self, request: Request[Any], row: Row) -> Mapping[str, Any]:
        """One row in its wire shape, with the fields that were asked for."""
        (shape,) = await self.show(request.unit, [row])
        return spelling.pick(shape, request.query)


def list_operation(wire: Wire[Row]) -> Operation:
    """GET of the collection."""
    where = wire.order + " LIMIT %(limit)s OFFSET %(skip)s"

    async def run(request: Request[None]) -> Any:
        page = spelling.page_of(request.query, wire.max_limit)
        found = await rows.select(request.unit, wire.table, where, limit=page.fetch, skip=page.skip)
        shapes = await wire.show(request.unit, found)
        return spelling.list_of(shapes, page, request.query)

    return Operation(
        f"{wire.noun}.list",
        "GET",
        wire.path,
        f"List {wire.tag.lower()}",
        wire.read,
        run,
        wire.tag,
        answer=wire.shape,
        is_list=True,
        query=(*spelling.PAGING, spelling.FIELDS),
    )


def get_operation(wire: Wire[Row]) -> Operation:
    """GET of one object."""

    async def run(request: Request[None]) -> Any:
        row = await rows.get(request.unit, wire.table, wire.id_in(request))
        return await wire.show_one(request, row)

    return Operation(
        f"{wire.noun}.get",
        "GET",
        f"{wire.path}{{id}}/",
        f"Fetch one of the {wire.tag.lower()}",
        wire.read,
        run,
        wire.tag,
        answer=wire.shape,
        query=(spelling.FIELDS,),
    )


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

    return Operation(
        f"{wire.noun}.create",
        "POST",
        wire.path,
        f"Create one of the {wire.tag.lower()}",
        wire.write,
        run,
        wire.tag,
        body=body,
        answer=wire.shape,
        status=status,
        ignored=ignored,
        query=(spelling.FIELDS,),
    )


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

    return Operation(
        f"{wire.noun}.update",
        "PUT",
        f"{wire.path}{{id}}/",
        f"Update one of the {wire.tag.lower()}",
        wire.write,
        run,
        wire.tag,
        body=body,
        answer=wire.shape,
        ignored=ignored,
        query=(spelling.FIELDS,),
    )


def delete_operation(
    wire: Wire[Row], delete: Callable[[Unit, bytes], Awaitable[None]], *, status: int = 200
) -> Operation:
    """DELETE of one object; older resources answer ``{}``, newer ones nothing (204)."""

    async def run(request: Request[None]) -> Any:
        await delete(request.unit, wire.id_in(request))
        return {}

    return Operation(
        f"{wire.noun}.delete",
        "DELETE",
        f"{wire.path}{{id}}/",
        f"Delete one of the {wire.tag.lower()}",
        wire.write,
        run,
        wire.tag,
        status=status,
    )
