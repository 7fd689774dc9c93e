"""Where forms on the web post to: ``/go/form/<organization>/<form>/``, open to anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from leadline.dialects.close.files.form_bodies import read_form_body
from leadline.dialects.close.files.forms import SUBMIT_PATH, FormFieldId
from leadline.dialects.close.files.open_routes import Limits, anonymous_scope, guarded
from leadline.features.forms.inputs import max_body_bytes
from leadline.features.forms.queries import open_form
from leadline.features.forms.tables import FORMS
from leadline.features.organizations.queries import get_organization
from leadline.flows.submit_form import Visit, submit_form
from leadline.kernel.errors import NotFoundError
from leadline.kernel.ids import parse_prefixed
from leadline.platform import web_addresses
from leadline.store.unit import Unit
from leadline.wire.replies import Endpoint, client_of
from leadline.wire.services import Services

FIELD_PREFIX = f"{FormFieldId.prefix}_"
# A field that people do not see. What is written into it was written by a machine.
TRAP = "_gotcha"
# Where a page can say which it is, when its browser does not tell other servers.
PAGE = "_source_url"
_MAX_ORIGIN = 300
# A scheme, a host and maybe a port (RFC 6454). Anybody can send anything under this name.
_ORIGIN = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?", re.ASCII)
# Any page may post and read the answer; no cookies or keys are involved.
_OPEN = {
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Max-Age": "86400",
}
_THANKS = "<!doctype html><meta charset=utf-8><title>Thank you</title><p>Thank you."


def form_routes(services: Services) -> list[Route]:
    """POST of a form, with or without a slash at the end."""
    limits = Limits(services.settings)
    endpoint = _open(guarded("form.submit", partial(_submit, services, limits)))
    path = SUBMIT_PATH + "{organization}/{form}"
    methods = ["POST", "OPTIONS"]
    return [Route(path, endpoint, methods=methods), Route(f"{path}/", endpoint, methods=methods)]


def _open(run: Endpoint) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        response = Response(status_code=204) if request.method == "OPTIONS" else await run(request)
        response.headers.update(_OPEN)
        return response

    return endpoint


async def _submit(services: Services, limits: Limits, request: Request) -> Response:
    limits.count_anonymous(request)
    organization_id = parse_prefixed("orga", request.path_params["organization"])
    form_id = parse_prefixed("form", request.path_params["form"])
    if organization_id is None or form_id is None:
        raise NotFoundError(FORMS.noun)
    # A body is read only for a form that takes it: anybody can send one.
    async with services.database.reading(anonymous_scope(organization_id)) as unit:
        form = await open_form(unit, form_id)
    max_bytes = min(max_body_bytes(form), services.settings.max_body_bytes)
    given = await read_form_body(request, services.settings, max_bytes)
    # A hit of the honeypot is answered as if it had worked, so that nothing else is tried.
    if not given.get(TRAP):
        async with services.database.writing(anonymous_scope(organization_id)) as unit:
            await _settle(unit)
            values = {name.removeprefix(FIELD_PREFIX): value for name, value in given.items()}
            await submit_form(
                unit,
                form_id,
                values,
                _visit_of(request, given),
                hourly_limit=services.settings.form_hourly_limit,
            )
    if "text/html" in request.headers.get("accept", ""):
        csp = {
            "Content-Security-Policy": "default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(_THANKS, status_code=201, headers=csp)
    return JSONResponse({"ok": True}, status_code=201)


async def _settle(unit: Unit) -> None:
    """Phone numbers without a country are of the organization's."""
    try:
        organization = await get_organization(unit)
    except NotFoundError as error:
        raise NotFoundError(FORMS.noun) from error
    unit.scope = msgspec.structs.replace(
        unit.scope,
        time_zone=organization.time_zone,
        country=organization.country,
        currency=organization.currency,
    )


def _visit_of(request: Request, given: Mapping[str, Any]) -> Visit:
    origin = request.headers.get("origin", "")
    told = given.get(PAGE)
    page = told if isinstance(told, str) and told else request.headers.get("referer", "")
    return Visit(
        ip_address=client_of(request) or None,
        origin=origin if len(origin) <= _MAX_ORIGIN and _ORIGIN.fullmatch(origin) else None,
        source_url=web_addresses.normalise(page) if page else None,
    )
