-- An address is a person's within one organization: whoever has it elsewhere is somebody else here,
-- so that nobody can take it away from its owner, and no organization learns who is in another.
ALTER TABLE users DROP CONSTRAINT users_email_key;
CREATE INDEX users_by_email ON users (email);

-- "must_change_password" is that of a password which others have seen. "pending_email" is the address
-- that somebody wants to have and that is not theirs yet.
ALTER TABLE users
    ADD COLUMN must_change_password boolean NOT NULL DEFAULT false,
    ADD COLUMN password_changed_at timestamptz,
    ADD COLUMN pending_email text;

-- One-time links by which a person chooses a password: who is invited, and who has forgotten it. Looked
-- up by their hash before the organization is known.
CREATE TABLE account_links (
    token_hash bytea PRIMARY KEY,
    organization_id bytea NOT NULL,
    user_id bytea NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX account_links_by_member ON account_links (organization_id, user_id);
CREATE INDEX account_links_by_expiry ON account_links (expires_at);

-- "confirmed": somebody who is logged in has shown the password once more.
ALTER TABLE sign_ins DROP CONSTRAINT sign_ins_action_check;
ALTER TABLE sign_ins ADD CONSTRAINT sign_ins_action_check
    CHECK (action IN ('succeeded', 'failed', 'reused', 'ended', 'confirmed'));
