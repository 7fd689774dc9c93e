"""Another time zone for an organization: its days, weeks and months are counted anew."""

from __future__ import annotations

from leadline.features.organizations import actions as organizations
from leadline.features.organizations.tables import Organization
from leadline.features.stage_transitions.actions import count_anew
from leadline.store.unit import Unit


async def change_time_zone(unit: Unit, time_zone: str) -> Organization:
    """Sets the zone. Whoever moves leads of the organization meanwhile waits for our commit.

    Setting the zone that it has already counts anew, too: worthwhile after the rules of a zone
    have changed for days that were counted by the old ones.
    """
    await unit.execute("SET LOCAL statement_timeout = 0")  # millions of transitions take a while
    after = await organizations.set_time_zone(unit, time_zone)
    await count_anew(unit)
    return after
