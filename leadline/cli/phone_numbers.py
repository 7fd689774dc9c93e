"""``leadline phone-numbers``: registers, lists and removes the numbers of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json, print_table
from leadline.cli.context import DataOption, read_settings, run_in_organization

if TYPE_CHECKING:
    from leadline.features.groups.tables import Group
    from leadline.features.phone_numbers.tables import PhoneNumber
    from leadline.features.users.queries import Member
    from leadline.store.unit import Unit


OrganizationOption = Annotated[
    str, typer.Option(metavar="ID", help="24 hexadecimal digits, or orga_ and these.")
]
NumberOption = Annotated[
    str, typer.Option(metavar="NUMBER", help="With its country code, as in +14155550133.")
]

CarrierType = Literal["local", "national", "mobile", "tollfree", "shortcode"]

app = typer.Typer(
    help="Register phone numbers that the organization has elsewhere.", rich_markup_mode=None
)


@app.command()
def add(
    *,
    organization: OrganizationOption,
    number: NumberOption,
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Whose number it is, of nobody else.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="Shared by those who are in it now.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Shared by all members.")] = False,
    label: Annotated[str | None, typer.Option(metavar="TEXT", help="What it is for.")] = None,
    carrier_type: Annotated[
        CarrierType | None, typer.Option(help="What kind of number it is.")
    ] = None,
    sms_to: Annotated[
        list[str] | None,
        typer.Option(metavar="CC", help="Where texts reach; may be given repeatedly."),
    ] = None,
    mms_to: Annotated[
        list[str] | None,
        typer.Option(metavar="CC", help="Where pictures reach; may be given repeatedly."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a number: one person's, a group's, or everyone's."""
    from leadline.cli.inputs import read_country
    from leadline.features.phone_numbers.actions import add_phone_number
    from leadline.features.phone_numbers.inputs import NewPhoneNumber

    if sum((user is not None, group is not None, everyone)) != 1:
        raise CommandError("Whose is it? One of --user, --group and --everyone is needed.")
    spelled = _read_number(number)
    sms_countries, mms_countries = (
        sorted({read_country(country) for country in given or []}) for given in (sms_to, mms_to)
    )

    async def run(unit: Unit) -> tuple[PhoneNumber, dict[bytes, str]]:
        new = NewPhoneNumber(
            number=spelled,
            user_id=None if user is None else (await _find_member(unit, user)).id,
            participants=[] if group is None else await _members_of(unit, group),
            label=label,
            carrier_type=carrier_type,
            sms_countries=sms_countries,
            mms_countries=mms_countries,
        )
        return await add_phone_number(unit, new), await _emails(unit)

    made, emails = run_in_organization(organization, data, run)
    if as_json:
        print_json(_plain(made, emails))
    else:
        print(f"{made.number} is registered for {_whose(made, emails)}.")


@app.command("list")
def list_numbers(
    *, organization: OrganizationOption, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List the numbers of an organization."""
    from leadline.features.phone_numbers.tables import PHONE_NUMBERS
    from leadline.store import rows

    async def run(unit: Unit) -> tuple[list[PhoneNumber], dict[bytes, str]]:
        return await rows.select(unit, PHONE_NUMBERS, "ORDER BY number"), await _emails(unit)

    found, emails = run_in_organization(organization, data, run)
    if as_json:
        print_json([_plain(each, emails) for each in found])
    elif found:
        listed = [
            (each.number, _whose(each, emails), each.label or "", each.provider or "registered")
            for each in found
        ]
        print_table(("number", "whose", "label", "rented from"), listed)
    else:
        print("There are no phone numbers.")


@app.command()
def remove(
    *,
    organization: OrganizationOption,
    number: NumberOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a number; one that was rented goes back to its provider."""
    from leadline.features.phone_numbers.tables import PHONE_NUMBERS
    from leadline.flows.change_phone_numbers import take_out_phone_number
    from leadline.platform.telephony import telephony_of
    from leadline.store import rows

    spelled = _read_number(number)
    telephony = telephony_of(read_settings(data=data))

    async def run(unit: Unit) -> None:
        found = await rows.select(
            unit, PHONE_NUMBERS, "AND number = %(number)s FOR UPDATE", number=spelled
        )
        if not found:
            raise CommandError(f"{spelled} is no number of this organization.")
        await take_out_phone_number(unit, found[0], telephony)

    run_in_organization(organization, data, run)
    if as_json:
        print_json({"number": spelled})
    else:
        print(f"{spelled} is removed.")


def _read_number(text: str) -> str:
    from leadline.platform.phone_numbers import to_e164

    if not text.strip().startswith("+"):
        raise CommandError(f"--number {text!r} has no country code: write it as in +14155550133.")
    found = to_e164(text.strip(), "ZZ")
    if found is None:
        raise CommandError(f"--number {text!r} is no phone number such as +14155550133.")
    return found


async def _find_member(unit: Unit, email: str) -> Member:
    from leadline.cli.inputs import did_you_mean, read_email
    from leadline.features.users.queries import list_members

    wanted = read_email(email, "--user")
    members = {member.email: member for member in await list_members(unit) if member.is_active}
    if wanted not in members:
        hint = did_you_mean(wanted, members)
        raise CommandError(f"There is no member {wanted!r} in this organization{hint}")
    return members[wanted]


async def _members_of(unit: Unit, name: str) -> list[bytes]:
    from leadline.cli.inputs import did_you_mean
    from leadline.features.groups.queries import users_in_group
    from leadline.features.groups.tables import GROUPS
    from leadline.store import rows

    groups: dict[str, Group] = {
        group.name.lower(): group for group in await rows.select(unit, GROUPS)
    }
    found = groups.get(name.strip().lower())
    if found is None:
        hint = did_you_mean(name.lower(), groups, {key: groups[key].name for key in groups})
        raise CommandError(f"There is no group {name!r} in this organization{hint}")
    members = await users_in_group(unit, found.id)
    if not members:
        raise CommandError(f"There is nobody in the group {found.name!r}; --everyone is for all.")
    return members


async def _emails(unit: Unit) -> dict[bytes, str]:
    from leadline.features.users.queries import list_members

    return {member.id: member.email for member in await list_members(unit)}


def _whose(row: PhoneNumber, emails: dict[bytes, str]) -> str:
    return ", ".join(_sharers(row, emails)) or "everyone"


def _sharers(row: PhoneNumber, emails: dict[bytes, str]) -> list[str]:
    if row.user_id is not None:
        return [emails[row.user_id]]
    return [emails[bytes.fromhex(user_id)] for user_id in row.participants]


def _plain(row: PhoneNumber, emails: dict[bytes, str]) -> dict[str, object]:
    return {
        "id": f"phon_{row.id.hex()}",
        "number": row.number,
        "country": row.country,
        "label": row.label,
        "is_group_number": row.user_id is None,
        "users": _sharers(row, emails),
        "carrier_type": row.carrier_type,
        "sms_to": row.sms_countries,
        "mms_to": row.mms_countries,
        "rented_from": row.provider,
    }
