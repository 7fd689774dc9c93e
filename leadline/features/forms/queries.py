"""Reads of forms."""

from __future__ import annotations

from leadline.features.forms.tables import FORMS, Form
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


async def open_form(unit: Unit, form_id: bytes) -> Form:
    """The form that strangers fill in; NotFoundError also when it is archived."""
    form = await rows.get(unit, FORMS, form_id)
    if form.is_archived:
        raise NotFoundError(FORMS.noun)
    return form


async def page_of_forms(unit: Unit, is_archived: bool | None, limit: int, skip: int) -> list[Form]:
    """Some of the forms, the newest first; None: archived or not."""
    return await rows.select(
        unit,
        FORMS,
        "AND (%(is_archived)s::boolean IS NULL OR is_archived = %(is_archived)s) "
        "ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(skip)s",
        is_archived=is_archived,
        limit=limit,
        skip=skip,
    )
