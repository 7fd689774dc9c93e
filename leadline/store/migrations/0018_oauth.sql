-- Apps of others that act for people here, what people have allowed them, and the tokens for it.

-- Only the hash of a secret is kept; "secret_hint" is its end, to tell it apart.
CREATE TABLE oauth_apps (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    redirect_uris jsonb NOT NULL,
    secret_hash bytea NOT NULL,
    secret_hint text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);
-- An app says who it is before the organization is known.
CREATE UNIQUE INDEX oauth_apps_by_id ON oauth_apps (id);

-- One per consent. It starts with a code, which the app exchanges once for the first tokens.
CREATE TABLE oauth_grants (
    organization_id bytea NOT NULL,
    id bytea NOT NULL,
    app_id bytea NOT NULL,
    user_id bytea NOT NULL,
    scope text NOT NULL,
    redirect_uri text NOT NULL,
    code_hash bytea NOT NULL,
    code_challenge text,
    code_expires_at timestamptz NOT NULL,
    exchanged_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, app_id) REFERENCES oauth_apps (organization_id, id)
        ON DELETE CASCADE,
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE UNIQUE INDEX oauth_grants_by_code ON oauth_grants (code_hash);
CREATE INDEX oauth_grants_by_app ON oauth_grants (organization_id, app_id);
CREATE INDEX oauth_grants_by_user ON oauth_grants (organization_id, user_id);
CREATE INDEX oauth_grants_by_age ON oauth_grants (code_expires_at);

CREATE TABLE oauth_tokens (
    organization_id bytea NOT NULL,
    token_hash bytea NOT NULL,
    grant_id bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('access', 'refresh')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (organization_id, token_hash),
    FOREIGN KEY (organization_id, grant_id) REFERENCES oauth_grants (organization_id, id)
        ON DELETE CASCADE
);
CREATE UNIQUE INDEX oauth_tokens_by_hash ON oauth_tokens (token_hash);
CREATE INDEX oauth_tokens_by_grant ON oauth_tokens (organization_id, grant_id);
CREATE INDEX oauth_tokens_by_age ON oauth_tokens (expires_at);

-- The app that did it for the user.
ALTER TABLE events ADD COLUMN oauth_app_id bytea;
