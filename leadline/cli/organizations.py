"""``leadline create-organization``, ``create-user`` and ``set-time-zone``: tenants and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadline.cli.answers import JsonOption, print_json
from leadline.cli.context import DataOption, open_database, read_settings, refuse_unknown
from leadline.cli.inputs import (
    read_country,
    read_currency,
    read_email,
    read_organization_id,
    read_password,
    read_role,
    read_text,
    read_time_zone,
)

if TYPE_CHECKING:
    from leadline.flows.create_organization import NewMember
    from leadline.store.database import Database

PasswordOption = Annotated[
    str | None,
    typer.Option(metavar="PASSWORD", help="For the login.  [made and printed, if not given]"),
]
PasswordStdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def create_organization(
    *,
    name: Annotated[str, typer.Option(metavar="NAME", help="What it is called.")],
    admin_email: Annotated[str, typer.Option(metavar="EMAIL", help="The login of its admin.")],
    password: PasswordOption = None,
    password_stdin: PasswordStdinOption = False,
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="For days and months, as in Europe/Berlin.")
    ] = "UTC",
    country: Annotated[
        str, typer.Option(metavar="CC", help="Of phone numbers without a country code.")
    ] = "US",
    currency: Annotated[str, typer.Option(metavar="CUR", help="Of costs and profits.")] = "USD",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create an organization with its admin.

    Prints the key and the login of the admin.
    """
    from leadline.flows import create_organization as flow
    from leadline.platform.passwords import Passwords

    secret = read_password(password, password_stdin, admin_email)
    checked = {
        "name": read_text(name, "--name"),
        "admin_email": read_email(admin_email, "--admin-email"),
        "time_zone": read_time_zone(time_zone),
        "country": read_country(country),
        "currency": read_currency(currency),
    }
    settings = read_settings(data=data)

    async def run(database: Database) -> NewMember:
        password_hash = await Passwords(settings).hash(secret)
        async with database.writing(flow.founding_scope(database.clock.now())) as unit:
            return await flow.create_organization(unit, password_hash=password_hash, **checked)

    with open_database(settings) as opened:
        _print_member(opened.run(run), secret, as_json)


def create_user(
    *,
    organization: Annotated[
        str, typer.Option(metavar="ID", help="24 hexadecimal digits, or orga_ and these.")
    ],
    email: Annotated[str, typer.Option(metavar="EMAIL", help="The login.")],
    role: Annotated[
        str,
        typer.Option(metavar="ROLE", help="ADMIN, DEPARTMENT_HEAD, SALES_REP or SUPERADMIN."),
    ],
    password: PasswordOption = None,
    password_stdin: PasswordStdinOption = False,
    first_name: Annotated[str, typer.Option(metavar="NAME", help="As in Ada.")] = "",
    last_name: Annotated[str, typer.Option(metavar="NAME", help="As in Lovelace.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a user to an organization.

    Prints the key and the login of the user.
    """
    from leadline.flows.create_organization import add_member
    from leadline.kernel.scope import Scope
    from leadline.platform.passwords import Passwords

    secret = read_password(password, password_stdin, email, first_name, last_name)
    scope = Scope.system(read_organization_id(organization))
    address, as_role = read_email(email, "--email"), read_role(role)
    first, last = _read_name(first_name, "--first-name"), _read_name(last_name, "--last-name")
    settings = read_settings(data=data)

    async def run(database: Database) -> NewMember:
        password_hash = await Passwords(settings).hash(secret)
        async with database.writing(scope) as unit:
            await refuse_unknown(unit)
            return await add_member(
                unit,
                email=address,
                password_hash=password_hash,
                role=as_role,
                first_name=first,
                last_name=last,
            )

    with open_database(settings) as opened:
        _print_member(opened.run(run), secret, as_json)


def set_time_zone(
    *,
    organization: Annotated[
        str, typer.Option(metavar="ID", help="24 hexadecimal digits, or orga_ and these.")
    ],
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="For days and months, as in Europe/Berlin.")
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change the time zone of an organization.

    Its reports count all its days anew; whoever moves leads meanwhile waits. With the zone that
    it has already they are counted anew, too.
    """
    from leadline.flows.change_time_zone import change_time_zone
    from leadline.kernel.scope import Scope

    scope = Scope.system(read_organization_id(organization))
    zone = read_time_zone(time_zone)

    async def run(database: Database) -> None:
        async with database.writing(scope) as unit:
            await refuse_unknown(unit)
            await change_time_zone(unit, zone)

    with open_database(read_settings(data=data)) as opened:
        opened.run(run)
    if as_json:
        print_json({"organization_id": scope.organization_id.hex(), "time_zone": zone})
    else:
        print(f"Days, weeks and months are now those of {zone}.")


def _read_name(text: str, option: str) -> str:
    return read_text(text, option) if text.strip() else ""


def _print_member(member: NewMember, password: str, as_json: bool) -> None:
    """What was made, with the secrets that are never shown again."""
    shown = {
        "organization_id": member.organization_id.hex(),
        "user_id": member.user_id.hex(),
        "email": member.email,
        "password": password,
        "api_key": member.api_key,
    }
    if as_json:
        print_json(shown)
        return
    print("Created. The password and the API key are shown this once:\n")
    for name, value in shown.items():
        print(f"  {name.replace('_', ' '):<15}  {value}")
