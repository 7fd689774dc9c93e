"""The summary report: leads, contacted, closed, cost, gross profit and what follows from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from leadline.reporting.outreach import Closing, Outreach, closing_of
from leadline.store.unit import Unit

# cohort: leads taken in during the window, and whatever became of them since.
# activity: what happened during the window, whenever the lead was taken in.
Basis = Literal["cohort", "activity"]
Dimension = Literal["total", "source", "configuration", "user"]
_DIMENSIONS: tuple[Dimension, ...] = ("source", "configuration", "user", "total")


class Figures(msgspec.Struct, frozen=True):
    """Counts, and amounts in the organization's currency. ``key`` is what is summed up.

    For sources the key is the source, for configurations and users the id, for the total None.
    """

    dimension: Dimension
    source: str | None
    configuration_id: bytes | None
    user_id: bytes | None
    leads: int
    contacted: int
    closed: int
    cost: Decimal
    gross_profit: Decimal

    @property
    def conversion(self) -> float | None:
        """Closed leads / leads; None without leads."""
        return self.closed / self.leads if self.leads else None

    @property
    def roi(self) -> float | None:
        """(Gross profit - cost) / cost; None without cost."""
        return float((self.gross_profit - self.cost) / self.cost) if self.cost else None


# Per lead: when it was taken in, first closed and first contacted, and its gross profit. A lead is
# contacted when it moves on from where it entered, is called, or is sent a message. Everything is
# gathered as marks and grouped once, so that no plan can go wrong over a join of large sets. A lead
# that was merged into another is that lead; what was paid for it counts when and where it was paid.
_LEADS = b"""
WITH property AS (
    SELECT encode(f.id, 'hex') AS key FROM custom_fields f
    WHERE f.organization_id = %(organization_id)s AND f.name = %(profit_property)s
      AND (f.noun = 'contact' OR EXISTS (
          SELECT 1 FROM custom_field_associations a
          WHERE a.organization_id = %(organization_id)s AND a.field_id = f.id
            AND a.noun = 'contact'))
), intake AS (
    SELECT DISTINCT ON (t.lead_id) t.lead_id, t.source, t.configuration_id, t.owner_id, t.cost,
           t.created_at
    FROM stage_transitions t
    WHERE {outreach} AND t.is_intake AND {intake_window}
    ORDER BY t.lead_id, t.created_at, t.id
), marks (lead_id, source, configuration_id, owner_id, cost, taken_in, closed, touched, profit) AS (
    SELECT lead_id, source, configuration_id, owner_id, coalesce(cost, 0), created_at,
           NULL::timestamptz, NULL::timestamptz, NULL::numeric
    FROM intake
    UNION ALL
    SELECT t.lead_id, NULL, NULL, NULL, NULL, NULL,
           CASE WHEN {closing} THEN t.created_at END,
           CASE WHEN t.from_stage_id IS NOT NULL OR {closing} THEN t.created_at END, NULL
    FROM stage_transitions t
    WHERE t.organization_id = %(organization_id)s AND t.kind = 'lead'
    UNION ALL
    SELECT c.lead_id, NULL, NULL, NULL, NULL, NULL, NULL, c.happened_at, NULL
    FROM calls c WHERE c.organization_id = %(organization_id)s
    UNION ALL
    SELECT p.lead_id, NULL, NULL, NULL, NULL, NULL, NULL, m.created_at, NULL
    FROM messages m
    JOIN conversations v ON v.organization_id = %(organization_id)s AND v.id = m.conversation_id
    JOIN contacts p ON p.organization_id = %(organization_id)s AND p.id = v.contact_id
    WHERE m.organization_id = %(organization_id)s AND m.direction = 'outbound'
      AND m.status = 'sent'
    UNION ALL
    SELECT c.lead_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, CASE
        WHEN jsonb_typeof(c.custom -> f.key) = 'number'
          OR c.custom ->> f.key ~ ('^\\s*[+-]?([0-9]{1,30}|[0-9]{1,3}(,[0-9]{3}){1,9})'
              '(\\.[0-9]{1,30})?\\s*$')
        THEN replace(c.custom ->> f.key, ',', '')::numeric END
    FROM contacts c CROSS JOIN property f
    WHERE c.organization_id = %(organization_id)s AND c.custom ? f.key
), leads_taken_in AS (
    SELECT (array_agg(source) FILTER (WHERE taken_in IS NOT NULL))[1] AS source,
           (array_agg(configuration_id) FILTER (WHERE taken_in IS NOT NULL))[1]
               AS configuration_id,
           (array_agg(owner_id) FILTER (WHERE taken_in IS NOT NULL))[1] AS owner_id,
           sum(cost) AS cost, min(taken_in) AS taken_in, min(closed) AS closed,
           min(touched) AS touched, coalesce(sum(profit), 0) AS profit
    FROM marks GROUP BY lead_id HAVING count(taken_in) > 0
), facts AS (
    SELECT source, configuration_id, owner_id, ({lead})::int AS lead,
           ({contacted})::int AS contacted, ({closed})::int AS closed,
           CASE WHEN {lead} THEN cost ELSE 0 END AS cost,
           CASE WHEN {profitable} THEN profit ELSE 0 END AS profit
    FROM leads_taken_in
    UNION ALL
    SELECT t.source, t.configuration_id, t.owner_id, 0, 0, 0, t.cost, 0
    FROM stage_transitions t
    WHERE {outreach} AND NOT t.is_intake AND t.cost IS NOT NULL AND {paid}
)
SELECT CASE WHEN grouping(source) = 0 THEN 'source'
            WHEN grouping(configuration_id) = 0 THEN 'configuration'
            WHEN grouping(owner_id) = 0 THEN 'user'
            ELSE 'total' END,
       source, configuration_id, owner_id, coalesce(sum(lead), 0)::bigint,
       coalesce(sum(contacted), 0)::bigint, coalesce(sum(closed), 0)::bigint,
       coalesce(sum(cost), 0), coalesce(sum(profit), 0)
FROM facts
GROUP BY GROUPING SETS ((source), (configuration_id), (owner_id), ())
HAVING grouping(source, configuration_id, owner_id) = 7
    OR sum(lead + contacted + closed) > 0 OR sum(cost) > 0
ORDER BY 5 DESC, 2, 3, 4
"""


async def summary(unit: Unit, outreach: Outreach, basis: Basis) -> dict[Dimension, list[Figures]]:
    """The figures per source, configuration and user, and in total; most leads first.

    Source, configuration and user are those of the lead when it was taken in.
    """
    closing, profit_property = await closing_of(unit)
    rows = await unit.fetch_all(
        Figures,
        _statement(outreach, closing, basis),
        profit_property=profit_property,
        **closing.parameters(),
        **outreach.parameters(unit),
    )
    found: dict[Dimension, list[Figures]] = {dimension: [] for dimension in _DIMENSIONS}
    for row in rows:
        found[row.dimension].append(row)
    return found


def _statement(outreach: Outreach, closing: Closing, basis: Basis) -> bytes:
    if basis == "cohort":
        parts = {
            b"{intake_window}": outreach.within("t.created_at"),
            b"{lead}": b"true",
            b"{contacted}": b"touched IS NOT NULL",
            b"{closed}": b"closed IS NOT NULL",
            b"{profitable}": b"true",
        }
    else:
        closed = b"closed IS NOT NULL AND " + outreach.within("closed")
        parts = {
            b"{intake_window}": b"true",
            b"{lead}": outreach.within("taken_in"),
            b"{contacted}": b"touched IS NOT NULL AND " + outreach.within("touched"),
            b"{closed}": closed,
            b"{profitable}": closed,
        }
    parts |= {
        b"{outreach}": outreach.conditions("t"),
        b"{closing}": closing.condition("t"),
        b"{paid}": outreach.within("t.created_at"),
    }
    sql = _LEADS
    for place, text in parts.items():
        sql = sql.replace(place, text)
    return sql
