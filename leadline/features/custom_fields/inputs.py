"""What may be said as the value of a custom field."""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.custom_fields.tables import CustomField
from leadline.kernel.errors import Path, Problems

MAX_VALUE_LENGTH = 20_000


def check_value(field: CustomField, value: Any, path: Path, problems: Problems) -> None:
    """Adds a problem unless ``value`` is null, or one or several values of the field's type.

    A text field takes numbers and yes or no as well.
    """
    if value is None:
        return
    kinds = {int, float} if field.type == "number" else {str, int, float, bool}
    if any(type(each) not in kinds for each in (value if isinstance(value, list) else [value])):
        words = f"Value must be of {'number' if field.type == 'number' else 'str'} type."
        problems.add("type", *path, text=words)
    elif len(msgspec.json.encode(value)) > MAX_VALUE_LENGTH:
        problems.add("too_long", *path)
