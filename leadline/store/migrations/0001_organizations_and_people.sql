-- Organizations, the people in them, and how they prove who they are.
-- Ids are twelve bytes (leadline/kernel/ids.py). Every tenant table has organization_id first in
-- its keys, so that the schema can be distributed by organization.

CREATE TABLE organizations (
    id bytea PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    country text NOT NULL DEFAULT 'US',
    currency text NOT NULL DEFAULT 'USD',
    close_stages jsonb NOT NULL,
    gross_profit_property text,
    enable_unsubscribe_link boolean NOT NULL DEFAULT true,
    require_unsubscribe_link boolean NOT NULL DEFAULT false,
    reject_anonymous_calls boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Users are global: the login comes before the organization is known.
CREATE TABLE users (
    id bytea PRIMARY KEY,
    email text NOT NULL UNIQUE,
    first_name text NOT NULL DEFAULT '',
    last_name text NOT NULL DEFAULT '',
    phone_number text,
    password_hash text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Roles of an organization's own (leadline/kernel/permissions.py); the usual four need no row.
CREATE TABLE roles (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    permissions jsonb NOT NULL,
    -- What those see who may not see all leads: the leads that name them in one of these custom
    -- fields (or their own, where there is no field), and perhaps those that are nobody's.
    visibility_user_lcf_ids bytea[] NOT NULL,
    visibility_user_lcf_behavior text
        CHECK (visibility_user_lcf_behavior IN ('require_assignment', 'allow_unassigned')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX roles_by_name ON roles (organization_id, lower(name));

-- A role of the organization's own takes the place of "role", which then is the one that comes
-- nearest: ADMIN if it manages the organization, else SALES_REP. A restricted SALES_REP has fewer
-- rights than the others.
CREATE TABLE memberships (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    user_id bytea NOT NULL REFERENCES users,
    role text NOT NULL CHECK (role IN ('SUPERADMIN', 'ADMIN', 'DEPARTMENT_HEAD', 'SALES_REP')),
    custom_role_id bytea,
    is_restricted boolean NOT NULL DEFAULT false,
    designation text,
    is_active boolean NOT NULL DEFAULT true,
    auto_record_calls text NOT NULL DEFAULT 'unset'
        CHECK (auto_record_calls IN ('unset', 'enabled', 'disabled')),
    track_email_opens boolean NOT NULL DEFAULT false,
    may_workflows_impersonate boolean NOT NULL DEFAULT false,
    hangup_recording_url text,
    pinned_view_ids jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, user_id),
    FOREIGN KEY (organization_id, custom_role_id) REFERENCES roles (organization_id, id)
);
CREATE INDEX memberships_by_custom_role ON memberships (organization_id, custom_role_id)
    WHERE custom_role_id IS NOT NULL;
CREATE INDEX memberships_by_user ON memberships (user_id);

-- Keys and sessions are global, like users; each names one membership. Only hashes are kept.
CREATE TABLE api_keys (
    id bytea PRIMARY KEY,
    key_hash bytea NOT NULL UNIQUE,
    organization_id bytea NOT NULL,
    user_id bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX api_keys_by_member ON api_keys (organization_id, user_id);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    family_id bytea NOT NULL,
    organization_id bytea NOT NULL,
    user_id bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- Failed logins per e-mail address (hashed), to slow guessing down.
CREATE TABLE login_failures (
    subject_hash bytea PRIMARY KEY,
    failure_count integer NOT NULL,
    last_failed_at timestamptz NOT NULL
);

CREATE TABLE instance_secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);
