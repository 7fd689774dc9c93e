-- From where an address has logged in (both hashed together): there it does not wait because of
-- what strangers try elsewhere.
CREATE TABLE login_networks (
    subject_hash bytea PRIMARY KEY,
    last_succeeded_at timestamptz NOT NULL
);
CREATE INDEX login_networks_by_age ON login_networks (last_succeeded_at);
