-- Forms that anybody can fill in, and what they wrote.

-- "fields" are {id, name, type, choices} with ids in hexadecimal; "configuration_id" is another one
-- whenever they change.
CREATE TABLE forms (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    fields jsonb NOT NULL,
    configuration_id bytea NOT NULL,
    is_archived boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);

-- "answers" are {id, name, value}: fields as they were called then. A submission outlives its form.
CREATE TABLE form_submissions (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    contact_id bytea,
    form_id bytea NOT NULL,
    form_name text NOT NULL,
    configuration_id bytea NOT NULL,
    answers jsonb NOT NULL,
    ip_address text,
    origin text,
    source_url text,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX form_submissions_by_lead ON form_submissions (organization_id, lead_id, created_at);
CREATE INDEX form_submissions_by_form ON form_submissions (organization_id, form_id, created_at);
CREATE INDEX form_submissions_by_time ON form_submissions (organization_id, created_at);
