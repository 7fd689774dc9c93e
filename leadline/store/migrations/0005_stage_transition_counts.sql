-- How many transitions there are of a day: what the history report sums up instead of the rows.

-- A "day" is one of the organization's time zone; changing the zone counts everything anew. Only
-- transitions of leads that have a configuration are counted. Whoever writes a transition adds to
-- its count in the same transaction (leadline/features/stage_transitions/actions.py). Writers at
-- the same moment use different slots, so that they need not wait for each other.
CREATE TABLE stage_transition_counts (
    organization_id bytea NOT NULL REFERENCES organizations,
    day date NOT NULL,
    stage_id bytea NOT NULL,
    stage_name text NOT NULL,
    source text NOT NULL,
    configuration_id bytea NOT NULL,
    slot integer NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (organization_id, day, stage_id, stage_name, source, configuration_id, slot)
) WITH (fillfactor = 80);  -- room to count on in the same page, without touching the index
