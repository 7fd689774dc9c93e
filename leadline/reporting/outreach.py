"""What outreach metrics count: whose transitions, which window, which stages are closed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.organizations.queries import get_organization
from leadline.store.unit import Unit


class Outreach(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the history that a question is about. Both bounds belong to the window.

    ``everybody`` is the whole organization; ``owner_id`` are the transitions of leads that this
    user owned at that moment; with neither, those of the caller's own configurations.
    """

    start: datetime | None = None
    end: datetime | None = None
    source: str | None = None
    everybody: bool = False
    owner_id: bytes | None = None

    def conditions(self, alias: str) -> bytes:
        """SQL for the rows ``alias`` of stage_transitions; see ``parameters``."""
        outreach = f"{alias}.kind = 'lead' AND {alias}.configuration_id IS NOT NULL"
        return self.filters(alias) + f" AND {outreach}".encode()

    def filters(self, alias: str) -> bytes:
        """SQL for rows that are outreach anyway: of whom, from which source."""
        parts = [f"{alias}.organization_id = %(organization_id)s"]
        if self.source is not None:
            parts.append(f"lower({alias}.source) = lower(%(source)s)")
        if self.owner_id is not None:
            parts.append(f"{alias}.owner_id = %(owner_id)s")
        elif not self.everybody:
            parts.append(
                f"{alias}.configuration_id IN (SELECT id FROM lead_sources "
                "WHERE organization_id = %(organization_id)s AND user_id = %(caller_id)s "
                "UNION ALL SELECT id FROM deleted_lead_sources "
                "WHERE organization_id = %(organization_id)s AND user_id = %(caller_id)s)"
            )
        return " AND ".join(parts).encode()

    def within(self, expression: str) -> bytes:
        """SQL that says whether an instant lies in the window."""
        parts = ["true"]
        if self.start is not None:
            parts.append(f"{expression} >= %(start)s")
        if self.end is not None:
            parts.append(f"{expression} <= %(end)s")
        return " AND ".join(parts).encode()

    def parameters(self, unit: Unit) -> dict[str, object]:
        """The values of ``conditions`` and ``within``."""
        return {
            "start": self.start,
            "end": self.end,
            "source": self.source,
            "owner_id": self.owner_id,
            "caller_id": unit.scope.user_id,
        }


class Closing(msgspec.Struct, frozen=True):
    """The stages that count as closed: by the name a transition froze, or by the stage itself.

    Both, because a renamed stage stays closed: its old transitions keep the old name.
    """

    names: list[str]
    stage_ids: list[bytes]

    def condition(self, alias: str) -> bytes:
        """SQL that says whether the transition ``alias`` entered a closed stage."""
        return (
            f"({alias}.stage_name = ANY(%(close_names)s) OR {alias}.stage_id = ANY(%(close_ids)s))"
        ).encode()

    def parameters(self) -> dict[str, object]:
        return {"close_names": self.names, "close_ids": self.stage_ids}


async def closing_of(unit: Unit) -> tuple[Closing, str | None]:
    """The organization's closed stages, and the name of its gross profit property."""
    organization = await get_organization(unit)
    stage_ids = await unit.fetch_values(
        "SELECT id FROM stages WHERE organization_id = %(organization_id)s "
        "AND kind = 'lead' AND name = ANY(%(names)s)",
        names=organization.close_stages,
    )
    return Closing(organization.close_stages, stage_ids), organization.gross_profit_property
