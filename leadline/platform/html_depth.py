"""How deep HTML may nest: the time to clean it grows with the square of the depth."""

from __future__ import annotations

import re

from leadline.kernel.errors import RefusedError

MAX_DEPTH = 500
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Without content, closed by the next of their kind, or there but once: they make nothing deeper.
_FLAT = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "col", "wbr"}
    | {"p", "li", "dt", "dd", "option", "tr", "td", "th", "html", "head", "body"}
)


def check_depth(text: str) -> None:
    """RefusedError when more elements are open at once than any page has.

    Elements that are never closed count as open.
    """
    depth = 0
    for is_end, name in _TAG.findall(text):
        if name.lower() in _FLAT:
            continue
        if is_end:
            depth = max(0, depth - 1)
        else:
            depth += 1
            if depth > MAX_DEPTH:
                raise RefusedError(f"The HTML nests deeper than {MAX_DEPTH} levels.")
