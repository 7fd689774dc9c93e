"""Inputs: create and change lead source configurations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Label = Annotated[str, Meta(max_length=255)]
Text = Annotated[str, Meta(max_length=20_000)]
# What numeric(14, 4) holds.
Cost = Annotated[float, Meta(ge=0, le=9_999_999_999)]


class LeadSourceFields(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Any part of a configuration. Null clears, where it is allowed.

    Pipelines and the prompt (``default_process``) are given by their ids in hexadecimal, stages
    by id or by name. They are texts here, so that a problem can name what was given.
    """

    configuration_name: Label | UnsetType = UNSET
    name: Label | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    source: Label | UnsetType = UNSET
    inbound_email: Label | UnsetType | None = UNSET
    initial_stage: str | UnsetType = UNSET
    default_process: str | UnsetType = UNSET
    is_autopilot: bool | UnsetType = UNSET
    allow_recontact: bool | UnsetType = UNSET
    starter_message: Text | UnsetType | None = UNSET
    cost_per_lead: Cost | UnsetType = UNSET
    status: Literal["active", "inactive"] | UnsetType = UNSET
    pipeline_id: str | UnsetType | None = UNSET
    pipeline_stage: str | UnsetType | None = UNSET
    create_application: bool | UnsetType = UNSET
    application_name: Label | UnsetType | None = UNSET
    application_status: str | UnsetType | None = UNSET
    application_pipeline_id: str | UnsetType | None = UNSET
    application_pipeline_stage: str | UnsetType | None = UNSET
    forward_to_outreach: bool | UnsetType = UNSET
    use_workflow_only: bool | UnsetType = UNSET


class NewLeadSource(LeadSourceFields, frozen=True, kw_only=True, rename="camel"):
    """What a new configuration cannot do without."""

    configuration_name: Label
    initial_stage: str
    default_process: str
