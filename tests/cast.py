"""The people of the tests. North is where things happen; south must never see any of it.

ada     admin of north          dora    department head of north
bo      sales rep of north      cy      another sales rep of north
eve     admin of south          sue     super admin, at home in south
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import psycopg
from starlette.testclient import TestClient

from leadline.flows.create_organization import add_member, create_organization, founding_scope
from leadline.kernel.clock import MovableClock
from leadline.kernel.rights import Role
from leadline.platform.jobs import Worker
from leadline.store.events import number_events
from leadline.wire.services import Services
from leadline.worker import jobs_with

PASSWORD = "correct horse battery staple"


class Api:
    """One person speaking one dialect. Each call returns the JSON of an answer of that status."""

    def __init__(self, client: TestClient, prefix: str, authorization: str | None) -> None:
        self._client = client
        self._prefix = prefix
        self._headers = {} if authorization is None else {"Authorization": authorization}

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The whole response. ``headers`` and ``params`` are those of the HTTP client."""
        headers = {**self._headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self._client.request(method, self._prefix + path, headers=headers, **more)

    def get(self, path: str, status: int = 200, **more: Any) -> Any:
        return self._json(self.send("GET", path, **more), status)

    def post(self, path: str, body: Any = None, status: int | None = None, **more: Any) -> Any:
        return self._json(self.send("POST", path, body, **more), status)

    def put(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        return self._json(self.send("PUT", path, body, **more), status)

    def patch(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        return self._json(self.send("PATCH", path, body, **more), status)

    def delete(self, path: str, body: Any = None, status: int | None = None, **more: Any) -> Any:
        return self._json(self.send("DELETE", path, body, **more), status)

    @staticmethod
    def _json(response: Any, status: int | None) -> Any:
        fine = response.status_code == status if status else response.is_success
        assert fine, f"{response.status_code}: {response.text}"
        return response.json() if response.content else None


@dataclass
class Person:
    """A user with a key. ``close`` and ``tether`` speak as this person."""

    name: str
    role: Role
    organization_id: bytes
    user_id: bytes
    email: str
    api_key: str
    client: TestClient
    _token: str | None = field(default=None, repr=False)

    @property
    def close(self) -> Api:
        pair = base64.b64encode(f"{self.api_key}:".encode()).decode()
        return Api(self.client, "/api/v1", f"Basic {pair}")

    @property
    def tether(self) -> Api:
        """With the API key as Bearer, which every Tether operation takes."""
        return Api(self.client, "/api", f"Bearer {self.api_key}")

    @property
    def session(self) -> Api:
        """With the access token of a login."""
        if self._token is None:
            body = {"email": self.email, "password": PASSWORD}
            self._token = Api(self.client, "/api", None).post("/auth/login", body)["token"]
        return Api(self.client, "/api", f"Bearer {self._token}")

    @property
    def org(self) -> str:
        """The id of the organization as Tether spells it."""
        return self.organization_id.hex()


@dataclass
class World:
    """Two organizations, their people, the clock and the database behind them."""

    client: TestClient
    services: Services
    clock: MovableClock
    people: dict[str, Person]
    # The database as its owner, whom row security does not bind; None where there is none.
    owner: psycopg.Connection[Any] | None = None

    def __getattr__(self, name: str) -> Person:
        people: dict[str, Person] = self.__dict__["people"]
        if name in people:
            return people[name]
        raise AttributeError(name)

    @property
    def nobody(self) -> World._Nobody:
        return World._Nobody(self.client)

    class _Nobody:
        """Somebody without any credential."""

        def __init__(self, client: TestClient) -> None:
            self.close = Api(client, "/api/v1", None)
            self.tether = Api(client, "/api", None)

    def call(self, function: Any, *arguments: Any) -> Any:
        """Runs a coroutine function on the application's event loop."""
        assert self.client.portal is not None
        return self.client.portal.call(function, *arguments)

    def sql(self, statement: str, *parameters: Any) -> list[Any]:
        """Reads the database behind the API's back, for what the API does not show."""
        if self.owner is not None:
            cursor = self.owner.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

        async def run() -> list[Any]:
            async with self.services.database.connection() as connection:
                cursor = await connection.execute(statement.encode(), parameters)
                return await cursor.fetchall() if cursor.description else []

        rows: list[Any] = self.call(run)
        return rows

    def run_jobs(self) -> int:
        """Runs what is due, as the worker would; returns how many jobs ran."""

        async def run() -> int:
            done = await Worker(self.services.database, jobs_with(self.services.files)).run_due()
            async with self.services.database.connection() as connection:
                # A transaction of another test process on the same server holds positions back.
                for _ in range(1000):
                    await number_events(connection)
                    cursor = await connection.execute(
                        "SELECT 1 FROM events WHERE position IS NULL LIMIT 1"
                    )
                    if await cursor.fetchone() is None:
                        return done
            raise AssertionError("events stay without position")

        count: int = self.call(run)
        return count


CAST = (
    ("north", "ada", Role.ADMIN, "Ada", "Adams"),
    ("north", "dora", Role.DEPARTMENT_HEAD, "Dora", "Diaz"),
    ("north", "bo", Role.SALES_REP, "Bo", "Berg"),
    ("north", "cy", Role.SALES_REP, "Cy", "Chen"),
    ("south", "eve", Role.ADMIN, "Eve", "Ekman"),
    ("south", "sue", Role.SUPERADMIN, "Sue", "Sato"),
)


async def make_people(
    services: Services, client: TestClient, password_hash: str, mark: str
) -> dict[str, Person]:
    """Creates both organizations and everybody in them; ``mark`` makes addresses unique."""
    people: dict[str, Person] = {}
    for organization in ("north", "south"):
        members = [entry for entry in CAST if entry[0] == organization]
        scope = founding_scope(services.database.clock.now())
        async with services.database.writing(scope) as unit:
            for place, (_, name, role, first, last) in enumerate(members):
                email = f"{name}.{mark}@{organization}.example.com"
                if place == 0:
                    made = await create_organization(
                        unit,
                        name=organization.capitalize(),
                        admin_email=email,
                        password_hash=password_hash,
                    )
                else:
                    made = await add_member(
                        unit,
                        email=email,
                        password_hash=password_hash,
                        role=role,
                        first_name=first,
                        last_name=last,
                    )
                people[name] = Person(
                    name, role, made.organization_id, made.user_id, email, made.api_key, client
                )
    return people
