-- Texts and settings that people prepare once: templates, links, playbooks, who is not to be
-- written to or called, and who may write in whose name.

-- "url" is a template: {{lead.id}} and the like stand for the object's own.
CREATE TABLE integration_links (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    type text NOT NULL CHECK (type IN ('lead', 'contact', 'opportunity')),
    url text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);

-- A template that is not shared is its owner's alone.
CREATE TABLE email_templates (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    owner_id bytea,
    name text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    attachments jsonb NOT NULL,
    is_shared boolean NOT NULL,
    is_archived boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, owner_id) REFERENCES memberships (organization_id, user_id)
);

CREATE TABLE sms_templates (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    owner_id bytea,
    name text NOT NULL,
    text text NOT NULL,
    attachments jsonb NOT NULL,
    is_shared boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'archived')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, owner_id) REFERENCES memberships (organization_id, user_id)
);

-- An archived playbook has no position. The ids are in hexadecimal; what is deleted since is
-- left out when they are read.
CREATE TABLE playbooks (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    description text,
    summary_guidance text,
    outcome_ids jsonb NOT NULL,
    custom_field_ids jsonb NOT NULL,
    position integer,
    archived_at timestamptz,
    archived_by bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);

CREATE TABLE unsubscribed_emails (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    email text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by bytea,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, email)
);

-- "allowed" may write in the name of "allowing".
CREATE TABLE send_as (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    allowing_user_id bytea NOT NULL,
    allowed_user_id bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, allowing_user_id, allowed_user_id),
    FOREIGN KEY (organization_id, allowing_user_id)
        REFERENCES memberships (organization_id, user_id),
    FOREIGN KEY (organization_id, allowed_user_id)
        REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX send_as_by_allowed ON send_as (organization_id, allowed_user_id);

CREATE TABLE blocked_phone_numbers (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    phone text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, phone)
);
