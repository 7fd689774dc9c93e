-- Who logged in and who tried, for the audit trail.

-- A login comes before the organization is known, and most failed ones have none: so it is not in
-- the key.
-- "email" is what was typed, if it is an address; "client" the network address it came from. Kept
-- for a while, and of those that nobody has only so many (leadline/store/housekeeping.py).
CREATE TABLE sign_ins (
    id bytea PRIMARY KEY,
    happened_at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('succeeded', 'failed', 'reused', 'ended')),
    organization_id bytea,
    user_id bytea,
    email text,
    client text NOT NULL
);
CREATE INDEX sign_ins_by_organization ON sign_ins (organization_id, id);
CREATE INDEX sign_ins_by_age ON sign_ins (happened_at);

-- What the audit trail shows of the events. The list of nouns stands in leadline/reporting/audit.py.
CREATE INDEX events_audited ON events (organization_id, id)
    WHERE noun IN ('api_key', 'membership', 'oauth_app', 'oauth_grant', 'organization', 'role',
                   'send_as', 'user');
