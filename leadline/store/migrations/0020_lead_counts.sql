-- How many leads an organization has among the old ones, so that the total of a list does not count
-- a million rows each time. Only large organizations have a row; a worker makes it anew every hour.
-- "up_to" is an id: those that are not above it are in "count", which a deletion keeps true.
CREATE TABLE lead_counts (
    organization_id bytea NOT NULL REFERENCES organizations,
    up_to bytea NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (organization_id)
);
