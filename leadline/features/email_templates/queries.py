"""Reads of e-mail templates: those that are shared, and one's own."""

from __future__ import annotations

from leadline.features.email_templates.tables import EMAIL_TEMPLATES, EmailTemplate
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_templates(
    unit: Unit, *, is_archived: bool | None, is_shared: bool | None, limit: int, skip: int
) -> list[EmailTemplate]:
    """A page of what the caller may see, oldest first. None does not filter."""
    return await rows.select(
        unit,
        EMAIL_TEMPLATES,
        "AND (is_shared OR owner_id = %(user_id)s) "
        "AND (%(is_archived)s::boolean IS NULL OR is_archived = %(is_archived)s) "
        "AND (%(is_shared)s::boolean IS NULL OR is_shared = %(is_shared)s) "
        "ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        user_id=unit.scope.user_id,
        is_archived=is_archived,
        is_shared=is_shared,
        limit=limit,
        skip=skip,
    )


async def get_template(unit: Unit, template_id: bytes) -> EmailTemplate:
    """A template that the caller may see; others are not there."""
    return visible(unit, await rows.find(unit, EMAIL_TEMPLATES, template_id))


def visible(unit: Unit, template: EmailTemplate | None) -> EmailTemplate:
    """The same template; NotFoundError when the caller may not see it."""
    if template is None or not (template.is_shared or template.owner_id == unit.scope.user_id):
        raise NotFoundError(EMAIL_TEMPLATES.noun)
    return template
