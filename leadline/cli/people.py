"""``leadline set-password``, ``reset-password``, ``confirm-email``: for whoever is locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json
from leadline.cli.context import DataOption, read_settings, run_in_organization
from leadline.cli.inputs import read_email, read_password
from leadline.cli.organizations import PasswordOption, PasswordStdinOption

if TYPE_CHECKING:
    from leadline.features.account_links.actions import AccountLink
    from leadline.features.users.tables import User
    from leadline.store.unit import Unit

OrganizationOption = Annotated[
    str, typer.Option(metavar="ID", help="24 hexadecimal digits, or orga_ and these.")
]
EmailOption = Annotated[str, typer.Option(metavar="EMAIL", help="The login of the user.")]


def set_password(
    *,
    organization: OrganizationOption,
    email: EmailOption,
    password: PasswordOption = None,
    password_stdin: PasswordStdinOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the password of a user, who is to change it.

    All sessions of the user end. API keys go on.
    """
    from leadline.features.passwords import actions
    from leadline.platform.passwords import Passwords

    address = read_email(email, "--email")
    secret = read_password(password, password_stdin, address)
    password_hash = Passwords(read_settings(data=data)).hash_now(secret)

    async def work(unit: Unit) -> None:
        user = await lock_user(unit, address)
        await actions.set_password(unit, user, password_hash, must_change=True)

    run_in_organization(organization, data, work)
    if as_json:
        print_json({"email": address, "password": secret})
    else:
        print(f"The password of {address} is set. All sessions have ended.")
        if password is None and not password_stdin:
            print(f"It is shown this once:\n\n  {secret}")


def reset_password(
    *,
    organization: OrganizationOption,
    email: EmailOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a one-time token by which a user chooses a password.

    For whoever is invited or has forgotten theirs: POST /api/auth/accept takes it.
    """
    from leadline.features.account_links.actions import create_account_link

    address = read_email(email, "--email")

    async def work(unit: Unit) -> AccountLink:
        user = await lock_user(unit, address)
        return await create_account_link(unit, user.id, "password_reset")

    link = run_in_organization(organization, data, work)
    if as_json:
        print_json({"email": address, "token": link.token, "expires_at": link.expires_at})
    else:
        print(f"Hand it on to {address}. It is shown this once:\n\n  {link.token}")


def confirm_email(
    *,
    organization: OrganizationOption,
    email: EmailOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a user the address that they have asked for.

    EMAIL is the one that they still have.
    """
    from leadline.features.users import actions

    address = read_email(email, "--email")

    async def work(unit: Unit) -> User:
        return await actions.confirm_email(unit, (await lock_user(unit, address)).id)

    user = run_in_organization(organization, data, work)
    if as_json:
        print_json({"user_id": user.id.hex(), "email": user.email})
    else:
        print(f"{address} is {user.email} from now on.")


async def lock_user(unit: Unit, email: str) -> User:
    """The active member with that address, locked."""
    from leadline.features.users.queries import find_user_by_email, lock_member

    found = await find_user_by_email(unit, email)
    user, membership = (None, None) if found is None else await lock_member(unit, found.id)
    if user is None or membership is None or not membership.is_active:
        raise CommandError(f"The organization has no member with the address {email}.")
    return user
