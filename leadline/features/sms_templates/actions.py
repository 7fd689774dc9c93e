"""Every change of an SMS template. A shared one is its owner's and the admins' to change."""

from __future__ import annotations

from typing import Any

from leadline.features.sms_templates.inputs import SmsTemplateChange
from leadline.features.sms_templates.queries import visible
from leadline.features.sms_templates.tables import SMS_TEMPLATES, SmsTemplate
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import check_length, read_name
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit

TEXT_LENGTH = 10_000


async def create_sms_template(unit: Unit, new: SmsTemplateChange) -> SmsTemplate:
    """Adds a template of the caller's own."""
    given = _checked(new)
    row = SmsTemplate(
        **unit.stamps(),
        owner_id=unit.scope.user_id,
        name=given["name"],
        text=given.get("text", ""),
        attachments=given.get("attachments", []),
        is_shared=given.get("is_shared", False),
        status=given.get("status", "active"),
    )
    return await writes.insert(unit, SMS_TEMPLATES, row)


async def update_sms_template(
    unit: Unit, template_id: bytes, change: SmsTemplateChange
) -> SmsTemplate:
    """Changes what is given."""
    before = await _lock(unit, template_id)
    return await writes.update(unit, SMS_TEMPLATES, before, **_checked(change))


async def delete_sms_template(unit: Unit, template_id: bytes) -> None:
    """Removes the template."""
    await writes.delete(unit, SMS_TEMPLATES, await _lock(unit, template_id))


async def _lock(unit: Unit, template_id: bytes) -> SmsTemplate:
    template = visible(unit, await rows.lock(unit, SMS_TEMPLATES, template_id))
    unit.scope.require_over(template.owner_id, Right.TEMPLATE_MANAGE)
    return template


def _checked(change: SmsTemplateChange) -> dict[str, Any]:
    given = given_fields(change)
    problems = Problems()
    if "name" in given:
        given["name"] = read_name(given["name"], problems)
    check_length(given.get("text", ""), TEXT_LENGTH, problems, "text")
    problems.stop_if_any()
    return given
