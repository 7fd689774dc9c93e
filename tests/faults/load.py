"""Clients that work all at once and remember what they were promised.

Every write has an Idempotency-Key. A write without an answer is repeated under its key until there
is one, or given up for good: then it may have been done once or not at all.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.embedded_servers import wait_until
from tests.faults.deployment import Answer, Deployment

GIVEN_UP = 0.2  # of the writes without an answer
PATIENCE_S = 60.0


@dataclass
class Kept:
    """A lead as its client knows it: what was answered with success, in order."""

    phone: str
    contact_id: str
    lead_id: str | None = None
    stages: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)  # the notes by which they are known
    is_certain: bool = True


@dataclass
class Ledger:
    """Everything that the clients were promised."""

    leads: list[Kept] = field(default_factory=list)
    given_up_phones: list[str] = field(default_factory=list)
    given_up_calls: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    replayed: int = 0
    without_answer: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(count for status, count in self.statuses.items() if status < 300)

    def add(self, other: Ledger) -> None:
        self.leads += other.leads
        self.given_up_phones += other.given_up_phones
        self.given_up_calls += other.given_up_calls
        self.statuses += other.statuses
        self.replayed += other.replayed
        self.without_answer += other.without_answer
        self.complaints += other.complaints


class Setting:
    """What the clients need: a configuration with a greeting, and the stages of the pipeline."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._phones = iter(range(10**7))
        line = deployment.line()

        def post(path: str, body: Any) -> Any:
            answer = line.send("POST", path, body)
            assert answer is not None
            assert answer.status < 300, answer
            return answer.body

        prompt = {"name": "A", "prompt": "<prompt><role>A</role></prompt>", "responseTime": 5}
        configuration = {
            "configurationName": "Faults",
            "source": "Web",
            "initialStage": "New Lead",
            "costPerLead": 1,
            "starterMessage": "Hi {{firstName}}",
            "defaultProcess": post("/api/prompts/create", prompt)["prompt"]["_id"],
        }
        self.configuration_id = post("/api/lead-management", configuration)["data"]["_id"]
        listed = line.send("GET", "/api/v1/status/lead/")
        assert listed is not None
        self.stages: list[str] = [status["id"] for status in listed.body["data"]]
        assert len(self.stages) > 2
        line.close()

    def next_phone(self) -> str:
        """A phone number that nobody else uses."""
        return f"+1415{next(self._phones):07}"


class Client(threading.Thread):
    """Takes leads in, moves them and logs calls, until it is told to stop."""

    def __init__(self, setting: Setting, seed: int) -> None:
        super().__init__(daemon=True)
        self.ledger = Ledger()
        self.is_told_to_stop = threading.Event()
        self._setting = setting
        self._random = random.Random(seed)
        self._line = setting.deployment.line()

    def run(self) -> None:
        try:
            while not self.is_told_to_stop.is_set():
                certain = [lead for lead in self.ledger.leads[-50:] if lead.is_certain]
                dice = self._random.random()
                if dice < 0.5 or not certain:
                    self._take_in()
                elif dice < 0.8:
                    self._move(self._random.choice(certain))
                else:
                    self._call(self._random.choice(certain))
        except AssertionError as error:
            self.ledger.complaints.append(str(error))
        finally:
            self._line.close()

    def _take_in(self) -> None:
        phone = self._setting.next_phone()
        body = {
            "configurationId": self._setting.configuration_id,
            "phoneNumber": phone,
            "firstName": f"Lead {phone}",
        }
        answer = self._write("POST", "/api/webhook/outreach", body)
        if answer is None:
            self.ledger.given_up_phones.append(phone)
            return
        assert answer.body["data"]["mergeOutcome"] == "created", answer
        self.ledger.leads.append(Kept(phone, answer.body["data"]["contactId"]))

    def _move(self, lead: Kept) -> None:
        now = lead.stages[-1:] or self._setting.stages[:1]
        stage = self._random.choice([stage for stage in self._setting.stages if [stage] != now])
        if lead.lead_id is not None and self._random.random() < 0.5:
            answer = self._write("PUT", f"/api/v1/lead/{lead.lead_id}/", {"status_id": stage})
        else:
            body = {"pipelineStage": stage.removeprefix("stat_")}
            answer = self._write("PATCH", f"/api/contacts/{lead.contact_id}", body)
        if answer is None:
            lead.is_certain = False
        else:
            lead.stages.append(stage)

    def _call(self, lead: Kept) -> None:
        note = f"call {uuid4().hex}"
        body = {"contact_id": f"cont_{lead.contact_id}", "note": note, "duration": 7}
        answer = self._write("POST", "/api/v1/activity/call/", body)
        if answer is None:
            self.ledger.given_up_calls.append(note)
        else:
            lead.lead_id = answer.body["lead_id"]
            lead.calls.append(note)

    def _write(self, method: str, path: str, body: Any) -> Answer | None:
        """The answer with success, however often it takes to ask for it; None: given up."""
        key = {"Idempotency-Key": uuid4().hex}
        gives_up = self._random.random() < GIVEN_UP
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            answer = self._line.send(method, path, body, key)
            if answer is None:
                self.ledger.without_answer += 1
                if gives_up:
                    return None
                time.sleep(0.05)
                continue
            self.ledger.statuses[answer.status] += 1
            if answer.status < 300:
                self.ledger.replayed += "idempotency-replayed" in answer.headers
                return answer
            assert answer.status == 503, f"{method} {path}: {answer}"
            assert int(answer.headers["retry-after"]) > 0, answer.headers
            time.sleep(0.05)
        raise AssertionError(f"no success for {method} {path} within {PATIENCE_S} s")


class Crowd:
    """Many clients at work."""

    def __init__(self, setting: Setting, size: int, seed: int) -> None:
        self._clients = [Client(setting, seed * 1000 + number) for number in range(size)]
        for client in self._clients:
            client.start()

    def answered(self) -> int:
        return sum(client.ledger.answered for client in self._clients)

    def wait_for(self, count: int) -> None:
        """Until so many more writes have been answered with success."""
        wanted = self.answered() + count
        wait_until(lambda: self.answered() >= wanted, within_s=120)

    def stop(self) -> Ledger:
        """Lets everybody finish what they are at; returns what all of them were promised."""
        for client in self._clients:
            client.is_told_to_stop.set()
        ledger = Ledger()
        for client in self._clients:
            client.join()
            ledger.add(client.ledger)
        assert ledger.complaints == []
        return ledger
