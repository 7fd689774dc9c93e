-- What people do with leads: calls with outcomes, and messages in conversations.

CREATE TABLE outcomes (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    description text,
    type text NOT NULL CHECK (type IN ('custom', 'vm-dropped')),
    applies_to jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);

-- outcome_id and playbook_id have no foreign keys: deleted ones stay on their calls.
CREATE TABLE calls (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    contact_id bytea,
    user_id bytea,
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    status text NOT NULL,
    duration_s integer NOT NULL,
    phone text,
    note text NOT NULL,
    note_html text NOT NULL,
    outcome_id bytea,
    playbook_id bytea,
    quality_info text,
    recording_url text,
    voicemail_url text,
    source text NOT NULL,
    custom jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX calls_by_lead ON calls (organization_id, lead_id, created_at);
CREATE INDEX calls_by_time ON calls (organization_id, created_at);
CREATE INDEX calls_by_contact ON calls (organization_id, contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE conversations (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    contact_id bytea NOT NULL,
    user_id bytea,
    channel text NOT NULL CHECK (channel IN ('sms', 'email', 'webchat', 'facebook', 'voice')),
    prompt_id bytea,
    is_autopilot boolean NOT NULL,
    is_resolved boolean NOT NULL DEFAULT false,
    last_message_at timestamptz,
    custom jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE,
    FOREIGN KEY (organization_id, prompt_id) REFERENCES prompts (organization_id, id)
);
CREATE INDEX conversations_by_contact ON conversations (organization_id, contact_id, channel);
CREATE INDEX conversations_by_prompt ON conversations (organization_id, prompt_id)
    WHERE prompt_id IS NOT NULL;

CREATE TABLE messages (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    conversation_id bytea NOT NULL,
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    channel text NOT NULL,
    recipient text,
    body text NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
    provider text,
    provider_message_id text,
    error text,
    user_id bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX messages_by_conversation ON messages (organization_id, conversation_id, id);
