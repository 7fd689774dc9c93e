"""Inputs: create and change an OAuth app."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class NewOAuthApp(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    redirect_uris: list[str]


class OAuthAppChange(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    redirect_uris: list[str] | UnsetType = UNSET
