"""The HTML of e-mails: layout and pictures may stay, whatever runs or loads by itself may not."""

from __future__ import annotations

import nh3

from leadline.platform.html_depth import check_depth

# What newsletters are made of, beside the usual tags of text.
_LAYOUT = {
    *("style", "class", "align", "valign", "width", "height", "bgcolor", "border", "dir", "lang"),
}
_ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": _LAYOUT,
    "a": {"href", "title", "target", "name"},
    "img": {"src", "alt", "title"},
    "table": {"cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_TAGS = nh3.ALLOWED_TAGS | {"font", "u", "s", "big"}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
# Styles that place or hide things over others, or load something, are dropped with their value.
_STYLES = {
    *("background-color", "border", "border-bottom", "border-collapse", "border-color"),
    *("border-left", "border-radius", "border-right", "border-spacing", "border-top", "color"),
    *("display", "font", "font-family", "font-size", "font-style", "font-weight", "height"),
    *("letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom"),
    *("margin-left", "margin-right", "margin-top", "max-width", "min-width", "padding"),
    *("padding-bottom", "padding-left", "padding-right", "padding-top", "text-align"),
    *("text-decoration", "text-transform", "vertical-align", "white-space", "width"),
}


def clean_email_html(text: str) -> str:
    """The HTML without scripts, frames, forms, handlers of events and addresses that run."""
    check_depth(text)
    return nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        filter_style_properties=_STYLES,
        link_rel=None,
    )
