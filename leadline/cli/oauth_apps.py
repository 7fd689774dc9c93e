"""``leadline oauth-app``: registers, lists and removes OAuth apps, and changes their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json, print_table
from leadline.cli.context import DataOption, run_in_organization

if TYPE_CHECKING:
    from leadline.features.oauth_apps.tables import OAuthApp

OrganizationOption = Annotated[
    str, typer.Option(metavar="ID", help="24 hexadecimal digits, or orga_ and these.")
]
ClientOption = Annotated[str, typer.Option(metavar="CLIENT_ID", help="As in oa2client_….")]

app = typer.Typer(help="Register apps that people can let act for them.", rich_markup_mode=None)


@app.command()
def create(
    *,
    organization: OrganizationOption,
    name: Annotated[str, typer.Option(metavar="NAME", help="What people see.")],
    redirect_uri: Annotated[
        list[str],
        typer.Option(metavar="URL", help="Where people are sent back to; may be given repeatedly."),
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register an app. Prints its client id and secret."""
    from leadline.features.oauth_apps.actions import create_oauth_app
    from leadline.features.oauth_apps.inputs import NewOAuthApp

    new = NewOAuthApp(name=name, redirect_uris=redirect_uri)
    made, secret = run_in_organization(organization, data, lambda unit: create_oauth_app(unit, new))
    _print_secret(made, secret, as_json)


@app.command("list")
def list_apps(
    *, organization: OrganizationOption, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List the apps of an organization."""
    from leadline.features.oauth_apps.tables import OAUTH_APPS
    from leadline.store import rows

    found = run_in_organization(
        organization, data, lambda unit: rows.select(unit, OAUTH_APPS, "ORDER BY id")
    )
    if as_json:
        print_json([_plain(each) for each in found])
    elif found:
        listed = [(_client_id(each), each.name, ", ".join(each.redirect_uris)) for each in found]
        print_table(("client id", "name", "redirects to"), listed)
    else:
        print("There are no apps.")


@app.command()
def rotate_secret(
    *,
    organization: OrganizationOption,
    client: ClientOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an app another secret. The one before is good no more; tokens stay good."""
    from leadline.features.oauth_apps import actions

    app_id = _read_client(client)
    row, secret = run_in_organization(
        organization, data, lambda unit: actions.rotate_secret(unit, app_id)
    )
    _print_secret(row, secret, as_json)


@app.command()
def delete(
    *,
    organization: OrganizationOption,
    client: ClientOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove an app, with all that people have allowed it."""
    from leadline.features.oauth_apps.actions import delete_oauth_app

    app_id = _read_client(client)
    run_in_organization(organization, data, lambda unit: delete_oauth_app(unit, app_id))
    if as_json:
        print_json({"client_id": client})
    else:
        print(f"{client} is removed.")


def _read_client(text: str) -> bytes:
    from leadline.kernel.ids import parse_prefixed

    found = parse_prefixed("oa2client", text)
    if found is None:
        raise CommandError(f"--client {text!r} is no client id: oa2client_ and 24 digits.")
    return found


def _client_id(row: OAuthApp) -> str:
    return f"oa2client_{row.id.hex()}"


def _plain(row: OAuthApp) -> dict[str, object]:
    return {
        "client_id": _client_id(row),
        "name": row.name,
        "redirect_uris": row.redirect_uris,
        "client_secret_hint": row.secret_hint,
        "created_at": row.created_at,
    }


def _print_secret(row: OAuthApp, secret: str, as_json: bool) -> None:
    if as_json:
        print_json({"client_id": _client_id(row), "client_secret": secret, "name": row.name})
        return
    print("The client secret is shown this once:\n")
    print(f"  client id      {_client_id(row)}")
    print(f"  client secret  {secret}")
