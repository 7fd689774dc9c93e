"""An operation: one method and path, the right it needs, and the function that carries it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, Unpack

from leadline.kernel.errors import LeadlineError
from leadline.kernel.rights import Right
from leadline.kernel.scope import Scope
from leadline.store.unit import Unit
from leadline.wire.field_names import FieldNames
from leadline.wire.services import Services

if TYPE_CHECKING:
    from leadline.wire.decode import Hook

Body = TypeVar("Body")
Answer = TypeVar("Answer")


@dataclass
class Request(Generic[Body]):
    """One request as an operation sees it: authenticated, allowed, decoded.

    ``body`` is an instance of the operation's body type and ``raw`` the JSON object it came from.
    """

    services: Services
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Body
    raw: dict[str, Any]
    client: str
    scheme: str
    _unit: Unit | None = None

    @property
    def unit(self) -> Unit:
        if self._unit is None:
            raise RuntimeError("a public operation has no unit of work")
        return self._unit

    @property
    def scope(self) -> Scope:
        return self.unit.scope

    @property
    def base_url(self) -> str:
        return self.services.base_url(self.headers, self.scheme)


@dataclass(frozen=True)
class Reply(Generic[Answer]):
    """An answer that differs from the operation's usual status, or has headers of its own."""

    body: Answer
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A query parameter, as the OpenAPI document shows it."""

    name: str
    text: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False


ErrorBody = Callable[[LeadlineError, int], Any]
# What carries an operation out: from a request with such a body to such an answer.
Handler = Callable[[Request[Body]], Awaitable[Answer | Reply[Answer]]]


@dataclass(frozen=True)
class Operation:
    """One entry of the table of all operations.

    ``right`` None means public: no credential, and no unit of work. ``body`` is a Struct, a
    ``dict`` for free-form objects (``body_schema`` then describes it), or None. ``answer`` is a
    type that describes the answer (a tuple of types: one of them does), or with ``is_list`` each
    object of a Close list.
    ``ignored`` None accepts any other key of the body in silence; otherwise keys that are neither
    in the body type nor in ``ignored`` are refused. ``is_secret`` answers are never stored.
    ``needs_key`` refuses tokens of logins, ``needs_app`` everything but tokens of OAuth apps.
    ``old_path`` is another path that goes on working, and is not documented. ``reads`` marks a
    POST that changes nothing: a question that is too long for an address. ``names`` are those of
    features' fields in this operation, where its body does not tell (see ``wire/field_names.py``).
    ``behind`` is the function that carries the rule, where ``run`` is made by a factory and leads
    readers nowhere.
    """

    name: str
    method: str
    path: str
    summary: str
    right: Right | None
    run: Callable[[Request[Any]], Awaitable[Any]]
    tag: str
    body: Any = None
    body_required: bool = True
    body_schema: Any = None
    answer: Any = None
    is_list: bool = False
    status: int = 200
    query: tuple[Parameter, ...] = ()
    ignored: frozenset[str] | None = None
    names: FieldNames = field(default_factory=dict)
    is_secret: bool = False
    needs_key: bool = False
    needs_app: bool = False
    old_path: str = ""
    reads: bool = False
    error_body: ErrorBody | None = None
    errors: Mapping[int, str] = field(default_factory=dict)
    description: str = ""
    behind: Callable[..., Any] | None = None

    @property
    def function(self) -> Callable[..., Any]:
        """Where to read on: the function that carries the rule of this operation."""
        return self.behind or self.run

    @property
    def has_body(self) -> bool:
        return self.method not in ("GET", "HEAD")

    @property
    def writes(self) -> bool:
        return self.has_body and not self.reads


class More(TypedDict, total=False):
    """The fields of an operation that most can do without: see ``Operation``."""

    behind: Callable[..., Any]
    body_required: bool
    body_schema: Any
    description: str
    error_body: ErrorBody
    errors: Mapping[int, str]
    ignored: frozenset[str] | None
    is_secret: bool
    names: FieldNames
    needs_app: bool
    needs_key: bool
    query: tuple[Parameter, ...]
    reads: bool
    status: int


def operation(
    *,
    name: str,
    method: str,
    path: str,
    summary: str,
    right: Right | None,
    tag: str,
    run: Handler[Body, Answer],
    body: type[Body] | None = None,
    answer: type[Answer] | None = None,
    **more: Unpack[More],
) -> Operation:
    """An operation whose handler takes what ``body`` says and returns what ``answer`` promises.

    The record itself cannot say so, because the table holds operations of all kinds. Where several
    types describe an answer, or one describes each object of a list, it is made without this.
    """
    return Operation(
        name=name,
        method=method,
        path=path,
        summary=summary,
        right=right,
        tag=tag,
        run=run,
        body=body,
        answer=answer,
        **more,
    )


@dataclass(frozen=True)
class Dialect:
    """How one of the two APIs looks from outside.

    ``reads_by_post``: a POST can be a GET whose query is in the body (see ``wire/override.py``).
    """

    name: str
    title: str
    prefix: str
    operations: tuple[Operation, ...]
    authenticate: Callable[[Mapping[str, str], Services, Operation], Awaitable[Scope]]
    statuses: Mapping[type[LeadlineError], int]
    error_body: ErrorBody
    hook: Hook
    security: Mapping[str, Any]
    headers: Callable[[Any], tuple[tuple[bytes, bytes], ...]] = lambda _: ()
    reads_by_post: bool = False
