-- The organization's own phone numbers, and which of them a member calls from.

-- A personal number has a "user_id"; any other is a group's. A group number without participants
-- is everybody's. "provider" is who it was rented from; one that is registered by hand has none.
CREATE TABLE phone_numbers (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    number text NOT NULL,
    country text,
    label text,
    user_id bytea,
    participants jsonb NOT NULL,
    external_numbers jsonb NOT NULL,
    forward_to text,
    forward_to_enabled boolean NOT NULL,
    press_1_to_accept boolean NOT NULL,
    inbound_ring_duration integer CHECK (inbound_ring_duration BETWEEN 15 AND 90),
    voicemail_greeting_url text,
    carrier_type text
        CHECK (carrier_type IN ('local', 'national', 'mobile', 'tollfree', 'shortcode')),
    sms_countries jsonb NOT NULL,
    mms_countries jsonb NOT NULL,
    bundle_id text,
    provider text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, number),
    CHECK (user_id IS NULL OR participants = '[]'),
    CHECK (forward_to IS NOT NULL OR NOT forward_to_enabled),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX phone_numbers_by_user ON phone_numbers (organization_id, user_id)
    WHERE user_id IS NOT NULL;

-- No foreign key: memberships are copied to every machine, phone numbers are not.
ALTER TABLE memberships ADD COLUMN default_caller_id bytea;
