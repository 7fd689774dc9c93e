"""Taking in what somebody has written into a form: find the contact, or make a lead, and note it.

A contact that is known by its phone or its e-mail is only found, never changed: whoever fills in a
form can be anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from leadline.features.contacts import queries as contacts
from leadline.features.contacts.inputs import NAME_LENGTH, NewContact
from leadline.features.contacts.tables import Contact, Method
from leadline.features.form_submissions.queries import oldest_of_latest
from leadline.features.form_submissions.tables import FORM_SUBMISSIONS, Answer, FormSubmission
from leadline.features.forms.inputs import MAX_ANSWERS, given_for, read_value
from leadline.features.forms.queries import open_form
from leadline.features.forms.tables import Form
from leadline.features.leads.inputs import NewLead
from leadline.features.pipelines.queries import stage_book
from leadline.flows.create_lead import create_lead
from leadline.kernel.errors import (
    InvalidError,
    Problems,
    RefusedError,
    TooManyRequestsError,
    problem,
)
from leadline.store import writes
from leadline.store.locks import lock_values
from leadline.store.unit import Unit

_HOUR = timedelta(hours=1)
# What is written into a field of such a name is taken for the name of the person or company.
_NAME = ("name", "full name", "your name")
_FIRST_NAME = ("first name", "firstname")
_LAST_NAME = ("last name", "lastname", "surname")
_TITLE = ("title", "job title")
_COMPANY = ("company", "company name", "organization")


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Where a form was filled in, as far as it is known."""

    ip_address: str | None = None
    origin: str | None = None
    source_url: str | None = None


async def submit_form(
    unit: Unit, form_id: bytes, given: Mapping[str, Any], visit: Visit, *, hourly_limit: int
) -> FormSubmission:
    """``given`` are values by the ids of fields or by their names; other keys do not matter.

    Raises TooManyRequestsError when the form had ``hourly_limit`` submissions within an hour.
    """
    form = await open_form(unit, form_id)
    await _stop_at(unit, form, hourly_limit)
    answers = _read(form, given, unit.scope.country)
    phones, emails = _values_of(form, answers, "phone"), _values_of(form, answers, "email")
    await lock_values(unit, phones=phones, emails=emails)
    contact = await _find(unit, phones, emails)
    if contact is None:
        contact = await _create(unit, form, answers, phones, emails)
    row = FormSubmission(
        **unit.time_stamps(),
        lead_id=contact.lead_id,
        contact_id=contact.id,
        form_id=form.id,
        form_name=form.name,
        configuration_id=form.configuration_id,
        answers=answers,
        ip_address=visit.ip_address,
        origin=visit.origin,
        source_url=visit.source_url,
        happened_at=unit.now,
        updated_by=None,
    )
    return await writes.insert(unit, FORM_SUBMISSIONS, row)


async def _stop_at(unit: Unit, form: Form, hourly_limit: int) -> None:
    oldest = await oldest_of_latest(unit, form.id, hourly_limit)
    if oldest is not None and oldest > unit.now - _HOUR:
        wait_s = (oldest + _HOUR - unit.now).total_seconds()
        raise TooManyRequestsError("This form was filled in too often. Try again later.", wait_s)


def _read(form: Form, given: Mapping[str, Any], country: str) -> list[Answer]:
    by_name = {name.strip().lower(): value for name, value in given.items()}
    problems = Problems()
    answers: list[Answer] = [
        {
            "id": field["id"],
            "name": field["name"],
            "value": read_value(field, given_for(field, by_name), country, problems),
        }
        for field in form.fields
    ]
    size = sum(len(answer["value"]) for answer in answers if isinstance(answer["value"], str))
    if size > MAX_ANSWERS:
        problems.add("too_long", text=f"The answers have over {MAX_ANSWERS:,} characters in all.")
    problems.stop_if_any()
    if not any(answer["value"] for answer in answers):
        raise InvalidError([problem("blank", text="Nothing was filled in.")])
    return answers


def _values_of(form: Form, answers: list[Answer], kind: str) -> list[str]:
    pairs = zip(form.fields, answers, strict=True)
    found = (answer["value"] for field, answer in pairs if field["type"] == kind)
    return list(dict.fromkeys(value for value in found if isinstance(value, str)))


async def _find(unit: Unit, phones: list[str], emails: list[str]) -> Contact | None:
    """By phone before e-mail, as every intake does."""
    for phone in phones:
        found = await contacts.find_by_method(unit, "phone", phone)
        if found is not None:
            return found
    for email in emails:
        found = await contacts.find_by_method(unit, "email", email)
        if found is not None:
            return found
    return None


async def _create(
    unit: Unit, form: Form, answers: list[Answer], phones: list[str], emails: list[str]
) -> Contact:
    stage = (await stage_book(unit, "lead")).first()
    if stage is None:
        raise RefusedError("There is no stage for new leads.")
    contact = NewContact(
        name=_called(_NAME, answers),
        first_name=_called(_FIRST_NAME, answers),
        last_name=_called(_LAST_NAME, answers),
        title=_called(_TITLE, answers),
        phones=_methods(phones),
        emails=_methods(emails),
    )
    lead = NewLead(name=_called(_COMPANY, answers), source=form.name)
    _, made = await create_lead(unit, lead, [contact], stage)
    return made[0]


def _called(names: tuple[str, ...], answers: list[Answer]) -> str | None:
    for answer in answers:
        called = answer["name"].lower().replace("_", " ").replace("-", " ")
        if called in names and isinstance(answer["value"], str):
            return answer["value"][:NAME_LENGTH]
    return None


def _methods(values: list[str]) -> list[Method]:
    return [{"value": value, "type": "office"} for value in values]
