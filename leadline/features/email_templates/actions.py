"""Every change of an e-mail template. A shared one is its owner's and the admins' to change."""

from __future__ import annotations

from typing import Any

from leadline.features.email_templates.inputs import EmailTemplateChange
from leadline.features.email_templates.queries import visible
from leadline.features.email_templates.tables import EMAIL_TEMPLATES, EmailTemplate
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import check_length, check_line, read_name
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit

SUBJECT_LENGTH = 998
BODY_LENGTH = 500_000


async def create_email_template(unit: Unit, new: EmailTemplateChange) -> EmailTemplate:
    """Adds a template of the caller's own."""
    given = _checked(new)
    row = EmailTemplate(
        **unit.stamps(),
        owner_id=unit.scope.user_id,
        name=given["name"],
        subject=given.get("subject", ""),
        body=given.get("body", ""),
        attachments=given.get("attachments", []),
        is_shared=given.get("is_shared", False),
        is_archived=given.get("is_archived", False),
    )
    return await writes.insert(unit, EMAIL_TEMPLATES, row)


async def update_email_template(
    unit: Unit, template_id: bytes, change: EmailTemplateChange
) -> EmailTemplate:
    """Changes what is given."""
    before = await _lock(unit, template_id)
    return await writes.update(unit, EMAIL_TEMPLATES, before, **_checked(change))


async def delete_email_template(unit: Unit, template_id: bytes) -> None:
    """Removes the template."""
    await writes.delete(unit, EMAIL_TEMPLATES, await _lock(unit, template_id))


async def _lock(unit: Unit, template_id: bytes) -> EmailTemplate:
    template = visible(unit, await rows.lock(unit, EMAIL_TEMPLATES, template_id))
    unit.scope.require_over(template.owner_id, Right.TEMPLATE_MANAGE)
    return template


def _checked(change: EmailTemplateChange) -> dict[str, Any]:
    given = given_fields(change)
    problems = Problems()
    if "name" in given:
        given["name"] = read_name(given["name"], problems)
    for name, most in (("subject", SUBJECT_LENGTH), ("body", BODY_LENGTH)):
        text = given.get(name, "")
        check_length(text, most, problems, name)
        if name == "subject":
            check_line(text, problems, name)  # else it could end, and begin another header
    problems.stop_if_any()
    return given
