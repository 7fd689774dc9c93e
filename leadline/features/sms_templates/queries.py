"""Reads of SMS templates: those that are shared, and one's own."""

from __future__ import annotations

from leadline.features.sms_templates.tables import SMS_TEMPLATES, SmsTemplate
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_templates(unit: Unit, limit: int, skip: int) -> list[SmsTemplate]:
    """A page of what the caller may see, oldest first."""
    return await rows.select(
        unit,
        SMS_TEMPLATES,
        "AND (is_shared OR owner_id = %(user_id)s) ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        user_id=unit.scope.user_id,
        limit=limit,
        skip=skip,
    )


async def get_template(unit: Unit, template_id: bytes) -> SmsTemplate:
    """A template that the caller may see; others are not there."""
    return visible(unit, await rows.find(unit, SMS_TEMPLATES, template_id))


def visible(unit: Unit, template: SmsTemplate | None) -> SmsTemplate:
    """The same template; NotFoundError when the caller may not see it."""
    if template is None or not (template.is_shared or template.owner_id == unit.scope.user_id):
        raise NotFoundError(SMS_TEMPLATES.noun)
    return template
