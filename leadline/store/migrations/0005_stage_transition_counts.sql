-- How many transitions there are of a day: what the history report sums up instead of the rows.

-- One row has a month, and in "counts" the number of each of its 31 days: so a year is read in a
-- few thousand rows however much has happened. Days are those of the organization's time zone;
-- changing the zone counts everything anew. Only transitions of leads that have a configuration
-- are counted. Whoever writes a transition adds to its count in the same transaction
-- (leadline/features/stage_transitions/actions.py). Writers at the same moment use different
-- slots, so that they need not wait for each other.
CREATE TABLE stage_transition_counts (
    organization_id bytea NOT NULL,
    month date NOT NULL,
    stage_id bytea NOT NULL,
    stage_name text NOT NULL,
    source text NOT NULL,
    configuration_id bytea NOT NULL,
    slot integer NOT NULL,
    counts integer[] NOT NULL,
    PRIMARY KEY (organization_id, month, stage_id, stage_name, source, configuration_id, slot)
) WITH (fillfactor = 70);  -- room to count on in the same page, without touching the index
