"""The page where people let an app act for them, and the one that says why not: HTML, no script."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from leadline.dialects.close.oauth_server.requests import PRIVATE

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; }
main { max-width: 26rem; margin: 0 auto; }
h1 { font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; }
p, li { overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0; }
input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: 0.5rem; }
button { font: inherit; padding: 0.6rem 1.2rem; margin: 0.5rem 0.5rem 0 0; }
.problem { border-left: 0.3rem solid #c0392b; padding: 0.3rem 0.8rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""
_FORM = """<p>If you agree, <strong>{app}</strong> can do in <strong>{organization}</strong>
whatever you can do there, in your name{offline}.</p>
<p>You are then sent to <strong>{target}</strong>.</p>
{problem}<form method="post">
<input type="hidden" name="csrf" value="{csrf}">
<label>E-mail address
<input type="email" name="email" value="{email}" autocomplete="username" required></label>
<label>Password
<input type="password" name="password" autocomplete="current-password" required></label>
<button name="decision" value="allow">Log in and allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>
"""


def consent_page(
    *,
    app: str,
    organization: str,
    redirect_uri: str,
    is_offline: bool,
    csrf: str,
    email: str = "",
    problem: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The form to log in and allow, or to deny. ``redirect_uri`` is a checked one of the app."""
    said = "" if problem is None else f'<p class="problem" role="alert">{escape(problem)}</p>\n'
    content = _FORM.format(
        app=escape(app),
        organization=escape(organization),
        offline=", also while you are away" if is_offline else "",
        target=escape(urlsplit(redirect_uri).netloc),
        problem=said,
        csrf=escape(csrf),
        email=escape(email),
    )
    title = f"{app} asks to work with {organization}"
    return _page(title, content, status, form_action=f"'self' {_origin(redirect_uri)}")


def refusal_page(text: str, status: int) -> HTMLResponse:
    """Says what is wrong to whoever sits in front of it; nobody is sent anywhere."""
    content = f"<p>{escape(text)}</p>\n<p>Go back to the app and try again.</p>"
    return _page("This does not work", content, status, form_action="'none'")


def _origin(redirect_uri: str) -> str:
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}"


def _page(title: str, content: str, status: int, *, form_action: str) -> HTMLResponse:
    page = _PAGE.format(title=escape(title), style=_STYLE, content=content)
    # Browsers ask form-action also about where the answer to a form redirects to.
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        **PRIVATE,
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return HTMLResponse(page, status, headers)
