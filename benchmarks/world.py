"""An organization with leads for benchmarks, and what it says to its database."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import psycopg
from psycopg import AsyncCursor
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.flows.create_organization import NewMember, create_organization, founding_scope
from leadline.kernel.clock import SystemClock
from leadline.platform.logs import configure_logs
from leadline.settings import Settings

# Of the leads, so many have an opportunity and a task, too.
FULL = 100


class _Recorder:
    """Notes the statements of every cursor while it is switched on."""

    def __init__(self) -> None:
        self.on = False
        self.statements: list[list[Any]] = []

    def cursor_class(self) -> type[AsyncCursor[Any]]:
        recorder = self

        class Cursor(AsyncCursor[Any]):
            async def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
                if recorder.on and not str(query).startswith(("BEGIN", "COMMIT")):
                    self._entry = [query, params, False]
                    recorder.statements.append(self._entry)
                return await super().execute(query, params, **more)

            async def fetchone(self) -> Any:
                self._mark()
                return await super().fetchone()

            async def fetchall(self) -> Any:
                self._mark()
                return await super().fetchall()

            def _mark(self) -> None:
                entry = getattr(self, "_entry", None)
                if entry is not None:
                    entry[2] = True

        return Cursor


class World:
    """An organization with leads, and what the requests need to know of it."""

    def __init__(self, url: str, owner_url: str) -> None:
        self.owner_url = owner_url
        self.recorder = _Recorder()
        settings = Settings(run_jobs=False, rate_limit=10**9, log_level="error")
        configure_logs(settings)
        self.services = make_services(settings, url, SystemClock())
        database = self.services.database
        configure = database._configure

        async def configured(connection: Any) -> None:
            await configure(connection)
            connection.cursor_factory = self.recorder.cursor_class()

        database.pool._configure = configured
        self.client = TestClient(make_app(self.services))
        self._phones = itertools.count(2_000_000)

    def __enter__(self) -> World:
        self.client.__enter__()
        assert self.client.portal is not None
        self.member: NewMember = self.client.portal.call(self._found)
        key = self.member.api_key
        pair = base64.b64encode(f"{key}:".encode()).decode()
        self.close_headers = {"Authorization": f"Basic {pair}"}
        self.tether_headers = {"Authorization": f"Bearer {key}"}
        return self

    def __exit__(self, *arguments: Any) -> None:
        self.client.__exit__(*arguments)

    async def _found(self) -> NewMember:
        database = self.services.database
        async with database.writing(founding_scope(database.clock.now())) as unit:
            return await create_organization(
                unit, name="Bench", admin_email="bench@example.com", password_hash="-"
            )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = self.close_headers if path.startswith("/api/v1") else self.tether_headers
        response = self.client.request(method, path, json=body, headers=headers)
        assert response.is_success, f"{method} {path}: {response.text}"
        return response.json()

    def phone(self) -> str:
        return f"+1415{next(self._phones):07}"

    def fill(self, leads: int) -> None:
        """Leads with two contacts and two custom values each, and what the other paths need."""
        prompt = {"name": "Assistant", "prompt": "<prompt/>", "responseTime": 1}
        prompt_id = self.call("POST", "/api/prompts/create", prompt)["prompt"]["_id"]
        configuration = {
            "configurationName": "Bench",
            "initialStage": "New Lead",
            "defaultProcess": prompt_id,
            "costPerLead": 5,
        }
        made = self.call("POST", "/api/lead-management", configuration)
        self.configuration_id = made["data"]["_id"]
        self.call("POST", "/api/webhook/outreach", self.incoming(size="L", budget=5))
        outcome = self.call("POST", "/api/v1/outcome/", {"name": "Demo booked"})
        self.outcome_id = outcome["id"]
        with psycopg.connect(self.owner_url) as connection:
            self.fields = [
                f"custom.cf_{field_id.hex()}"
                for (field_id,) in connection.execute("SELECT id FROM custom_fields ORDER BY rank")
            ]
        ids = [self.call("POST", "/api/v1/lead/", self.lead())["id"] for _ in range(leads)]
        for lead_id in ids[:FULL]:
            opportunity = {"lead_id": lead_id, "value": 50_000, "confidence": 60, "note": "Big"}
            self.call("POST", "/api/v1/opportunity/", opportunity)
            task = {"lead_id": lead_id, "text": "Call back", "date": "2030-01-01"}
            self.call("POST", "/api/v1/task/", task)
        self.lead_ids = itertools.cycle(ids)
        self.raw_lead_ids = [bytes.fromhex(lead_id.removeprefix("lead_")) for lead_id in ids]
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def lead(self) -> dict[str, Any]:
        def contact(name: str) -> dict[str, Any]:
            return {
                "name": name,
                "title": "Buyer",
                "phones": [{"phone": self.phone(), "type": "mobile"}],
                "emails": [{"email": f"x{next(self._phones)}@example.com", "type": "office"}],
                self.fields[0]: "L",
                self.fields[1]: 12,
            }

        return {"name": "Bluth Company", "contacts": [contact("Gob Bluth"), contact("Tobias")]}

    def incoming(self, **more: Any) -> dict[str, Any]:
        return {
            "configurationId": self.configuration_id,
            "firstName": "Jane",
            "lastName": "Doe",
            "phoneNumber": self.phone(),
            "email": f"x{next(self._phones)}@example.com",
            **more,
        }
