-- A session: where somebody is logged in. Its tokens are good while it is there, and it ends for good
-- at "expires_at", however often it is carried on.
CREATE TABLE sessions (
    id bytea PRIMARY KEY,
    organization_id bytea NOT NULL,
    user_id bytea NOT NULL,
    device text NOT NULL,
    network text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX sessions_by_member ON sessions (organization_id, user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

INSERT INTO sessions
SELECT family_id, organization_id, user_id, '', '', min(created_at), max(created_at), max(expires_at)
FROM refresh_tokens GROUP BY family_id, organization_id, user_id;
