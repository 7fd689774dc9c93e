-- Objects and activities of an organization's own types; and when each lead was created, which is
-- an activity too.

-- type_id is a custom object type. It refers to nothing: when a type goes, a job takes its objects.
CREATE TABLE custom_objects (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    type_id bytea NOT NULL,
    lead_id bytea NOT NULL,
    name text NOT NULL,
    custom jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX custom_objects_by_lead ON custom_objects (organization_id, lead_id, id);
CREATE INDEX custom_objects_by_type ON custom_objects (organization_id, type_id, id);

-- type_id is a custom activity type, likewise. published_at is when it was last made public.
CREATE TABLE custom_activities (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    type_id bytea NOT NULL,
    lead_id bytea NOT NULL,
    contact_id bytea,
    user_id bytea,
    status text NOT NULL CHECK (status IN ('draft', 'published')),
    published_at timestamptz,
    pinned_at timestamptz,
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
CREATE INDEX custom_activities_by_lead
    ON custom_activities (organization_id, lead_id, created_at);
CREATE INDEX custom_activities_by_time ON custom_activities (organization_id, created_at);
CREATE INDEX custom_activities_by_type ON custom_activities (organization_id, type_id, id);

CREATE INDEX leads_by_time ON leads (organization_id, created_at);
