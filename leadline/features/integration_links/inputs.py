"""Inputs: create and change an integration link."""

from __future__ import annotations

from typing import Literal

import msgspec

LinkType = Literal["lead", "contact", "opportunity"]


class NewIntegrationLink(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: LinkType
    url: str


class IntegrationLinkChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null leaves things as they are."""

    name: str | None = None
    type: LinkType | None = None
    url: str | None = None
