"""What a Tether client may send of a contact, read into our own terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.dialects.tether.stage_pairs import choose_stage
from leadline.features.contacts.inputs import MAX_METHODS, NAME_LENGTH
from leadline.features.contacts.tables import Method
from leadline.features.leads.tables import UNASSIGNED
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.kernel.errors import Problems
from leadline.kernel.ids import parse_hex
from leadline.platform import emails, phone_numbers

Name = Annotated[str, Meta(max_length=NAME_LENGTH)]
Source = Annotated[str, Meta(max_length=255)]
# One value, or a list of values and of objects {value, isPrimary}; null and "" are no value.
Methods = str | list[Any] | UnsetType | None


class ContactBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is absent stays. Every other key is a custom field, but for ``READ_ONLY``."""

    first_name: Name | UnsetType | None = UNSET
    last_name: Name | UnsetType | None = UNSET
    phone_number: Methods = UNSET
    secondary_phone_number: Methods = UNSET
    email: Methods = UNSET
    status: str | UnsetType | None = UNSET
    pipeline_stage: str | UnsetType | None = UNSET
    pipeline_id: str | UnsetType | None = UNSET
    process: str | UnsetType | None = UNSET
    is_autopilot: bool | UnsetType = UNSET
    is_updated: bool | UnsetType = UNSET
    source: Source | UnsetType | None = UNSET
    user_id: str | UnsetType | None = UNSET


class ContactIdBody(ContactBody, frozen=True, kw_only=True):
    """The same with the id of the contact."""

    object_id: str = msgspec.field(name="_id")


# Parts of a document, and of what clients send along, that nobody writes. They are passed over.
READ_ONLY = frozenset(
    {
        "_id",
        "__v",
        "assignees",
        "channelTypes",
        "createdAt",
        "createdBy",
        "documents",
        "files",
        "fromHistoryModal",
        "id",
        "isBulkSms",
        "lastMessageTime",
        "latestMessage",
        "organizationId",
        "outreachConfigId",
        "updatedAt",
    }
)
_WRITABLE = frozenset(field.encode_name for field in msgspec.structs.fields(ContactBody))
# Fields that the body calls otherwise; custom values stand beside the others.
SENT_NAMES = {
    "owner_id": "userId",
    "phones": "phoneNumber",
    "prompt_id": "process",
    "custom": "",
}


class ContactInput(msgspec.Struct, frozen=True, kw_only=True):
    """A body with its values normalised. ``problems`` collects whatever is wrong with it."""

    body: ContactBody
    problems: Problems
    main_phones: list[str] | UnsetType
    more_phones: list[str] | UnsetType
    main_emails: list[str] | UnsetType
    prompt_id: bytes | UnsetType | None
    owner_id: bytes | UnsetType | None
    custom: dict[str, Any]

    @property
    def numbers(self) -> list[str]:
        """Every phone number in the body."""
        return [*(self.main_phones or ()), *(self.more_phones or ())]

    @property
    def source(self) -> str | UnsetType:
        if self.body.source is UNSET:
            return UNSET
        return (self.body.source or "").strip() or UNASSIGNED

    def phones(self, before: list[Method]) -> list[Method]:
        """The phones afterwards: a list replaces all of them, one text the first of them."""
        is_one = isinstance(self.body.phone_number, str)
        return _merge(before, self.main_phones, self.more_phones, is_one)

    def emails(self, before: list[Method]) -> list[Method]:
        """The e-mail addresses afterwards, by the same rule."""
        return _merge(before, self.main_emails, UNSET, isinstance(self.body.email, str))

    def stage(self, book: StageBook, current: Stage | None) -> Stage | None:
        """The stage that the body names. Every lead has one: nobody can be left without."""
        named = {
            "status": self.body.status,
            "pipelineStage": self.body.pipeline_stage,
            "pipelineId": self.body.pipeline_id,
        }
        if current is not None and not any(named.values()):
            for name, value in named.items():
                if value is None:
                    self.problems.add("required", name)
        return choose_stage(
            book,
            current,
            self.problems,
            status=self.body.status,
            stage=self.body.pipeline_stage,
            pipeline=self.body.pipeline_id,
        )


def read_contact(body: ContactBody, raw: dict[str, Any], country: str) -> ContactInput:
    """Reads what can be read without looking at what is stored."""
    problems = Problems()

    def to_e164(text: str) -> str | None:
        return phone_numbers.to_e164(text, country)

    return ContactInput(
        body=body,
        problems=problems,
        main_phones=_read("phoneNumber", body.phone_number, "phone", to_e164, problems),
        more_phones=_read(
            "secondaryPhoneNumber", body.secondary_phone_number, "phone", to_e164, problems
        ),
        main_emails=_read("email", body.email, "email", emails.normalise, problems),
        prompt_id=_read_id("process", body.process, problems),
        owner_id=_read_id("userId", body.user_id, problems),
        custom={
            key: value
            for key, value in raw.items()
            if key not in _WRITABLE and key not in READ_ONLY
        },
    )


def _read(
    field: str,
    given: Methods,
    code: str,
    normalise: Callable[[str], str | None],
    problems: Problems,
) -> list[str] | UnsetType:
    """The normalised values, the primary one first, each once."""
    if given is UNSET:
        return UNSET
    entries = given if isinstance(given, list) else [given] if given else []
    if len(entries) > MAX_METHODS:
        problems.add("too_long", field, text=f"The list must have at most {MAX_METHODS} entries.")
        return []
    primary, others = [], []
    for index, entry in enumerate(entries):
        text = entry.get("value") if isinstance(entry, dict) else entry
        value = normalise(text) if isinstance(text, str) else None
        if value is None:
            problems.add(code, field, *([index] if isinstance(given, list) else []))
        elif isinstance(entry, dict) and entry.get("isPrimary") is True:
            primary.append(value)
        else:
            others.append(value)
    return list(dict.fromkeys(primary + others))


def _merge(
    before: list[Method],
    main: list[str] | UnsetType,
    more: list[str] | UnsetType,
    is_one: bool,
) -> list[Method]:
    known = {method["value"]: method for method in before}
    first, rest = list(known)[:1], list(known)[1:]
    if main is not UNSET:
        # An empty text means none at all, not just no first one.
        first, rest = main, rest if is_one and main else []
    if more is not UNSET:
        rest = more
    new = dict.fromkeys(first + rest)
    return [known.get(value) or {"value": value, "type": "office"} for value in new]


def _read_id(
    field: str, given: str | UnsetType | None, problems: Problems
) -> bytes | UnsetType | None:
    if given is UNSET:
        return UNSET
    if not given:
        return None
    found = parse_hex(given)
    if found is None:
        problems.add("not_found", field)
    return found
