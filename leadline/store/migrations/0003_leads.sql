-- Pipelines, the sources that feed them, and the leads that move through them.

CREATE TABLE pipelines (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('lead', 'opportunity')),
    name text NOT NULL,
    description text,
    is_default boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX pipelines_by_name ON pipelines (organization_id, lower(name));
CREATE UNIQUE INDEX pipelines_default ON pipelines (organization_id, kind) WHERE is_default;

-- "type" is how an opportunity stage ends (active, won, lost); lead stages are all active.
CREATE TABLE stages (
    organization_id bytea NOT NULL,
    id bytea NOT NULL,
    pipeline_id bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('lead', 'opportunity')),
    name text NOT NULL,
    color text,
    type text NOT NULL DEFAULT 'active' CHECK (type IN ('active', 'won', 'lost')),
    rank integer NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id)
);
CREATE UNIQUE INDEX stages_by_name ON stages (organization_id, pipeline_id, lower(name))
    WHERE is_active;

CREATE TABLE prompts (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    user_id bytea NOT NULL,
    name text NOT NULL,
    prompt text NOT NULL,
    description text,
    temperature double precision NOT NULL,
    response_time_s double precision NOT NULL,
    is_hidden boolean NOT NULL,
    tools jsonb NOT NULL,
    tool_configs jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX prompts_by_user ON prompts (organization_id, user_id);

CREATE TABLE prompt_versions (
    organization_id bytea NOT NULL,
    id bytea NOT NULL,
    prompt_id bytea NOT NULL,
    version integer NOT NULL,
    prompt text NOT NULL,
    label text,
    display_version text,
    title text,
    description text,
    source text NOT NULL CHECK (source IN ('manual_save', 'ai_apply', 'checkpoint')),
    created_by bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, prompt_id, version),
    FOREIGN KEY (organization_id, prompt_id) REFERENCES prompts (organization_id, id)
        ON DELETE CASCADE
);

-- Stages are kept by id, so that renaming one breaks no routing. "stages_by_id" lists the stage
-- fields that were given as an id: they are answered as an id, the others by the present name.
CREATE TABLE lead_sources (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    user_id bytea NOT NULL,
    configuration_name text NOT NULL,
    name text,
    description text,
    source text NOT NULL,
    inbound_email text,
    initial_stage_id bytea NOT NULL,
    default_process_id bytea NOT NULL,
    is_autopilot boolean NOT NULL,
    allow_recontact boolean NOT NULL,
    starter_message text,
    cost_per_lead numeric(14, 4) NOT NULL CHECK (cost_per_lead >= 0),
    status text NOT NULL CHECK (status IN ('active', 'inactive')),
    pipeline_id bytea,
    pipeline_stage_id bytea,
    create_application boolean NOT NULL,
    application_name text,
    application_status_id bytea,
    application_pipeline_id bytea,
    application_pipeline_stage_id bytea,
    forward_to_outreach boolean NOT NULL,
    use_workflow_only boolean NOT NULL,
    stages_by_id jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id),
    FOREIGN KEY (organization_id, default_process_id) REFERENCES prompts (organization_id, id),
    FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id),
    FOREIGN KEY (organization_id, application_pipeline_id)
        REFERENCES pipelines (organization_id, id),
    FOREIGN KEY (organization_id, initial_stage_id) REFERENCES stages (organization_id, id),
    FOREIGN KEY (organization_id, pipeline_stage_id) REFERENCES stages (organization_id, id),
    FOREIGN KEY (organization_id, application_status_id) REFERENCES stages (organization_id, id),
    FOREIGN KEY (organization_id, application_pipeline_stage_id)
        REFERENCES stages (organization_id, id)
);
CREATE UNIQUE INDEX lead_sources_by_name
    ON lead_sources (organization_id, user_id, lower(configuration_name));

-- A field of an organization's own. Values stand in the "custom" column of the object, keyed by
-- the field's id in hexadecimal, so that renaming a field rewrites nothing. Activities and custom
-- objects have the fields of their custom type; shared fields belong wherever they are associated.
CREATE TABLE custom_fields (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    noun text NOT NULL CHECK (noun IN (
        'lead', 'contact', 'opportunity', 'conversation', 'custom_activity', 'custom_object',
        'shared'
    )),
    type_id bytea,
    name text NOT NULL,
    type text NOT NULL,
    description text,
    choices jsonb,
    accepts_multiple_values boolean NOT NULL DEFAULT false,
    is_required boolean NOT NULL DEFAULT false,
    editable_with_roles jsonb NOT NULL DEFAULT '[]',
    referenced_custom_type_id bytea,
    back_reference_is_visible boolean,
    converting_to text,
    rank integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX custom_fields_by_name ON custom_fields (organization_id, noun, type_id, name)
    NULLS NOT DISTINCT;

-- What is left of a deleted configuration: whose it was and its name. Leads and transitions keep
-- its id, so that reports go on counting them for its user.
CREATE TABLE deleted_lead_sources (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    user_id bytea NOT NULL,
    configuration_name text NOT NULL,
    deleted_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE TABLE leads (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text,
    description text NOT NULL DEFAULT '',
    url text,
    pipeline_id bytea NOT NULL,
    stage_id bytea NOT NULL,
    source text NOT NULL,
    configuration_id bytea,
    owner_id bytea,
    addresses jsonb NOT NULL,
    custom jsonb NOT NULL,
    external_id text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id),
    FOREIGN KEY (organization_id, stage_id) REFERENCES stages (organization_id, id),
    FOREIGN KEY (organization_id, owner_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX leads_by_stage ON leads (organization_id, stage_id, id);
CREATE INDEX leads_by_owner ON leads (organization_id, owner_id, id);
CREATE INDEX leads_by_configuration ON leads (organization_id, configuration_id)
    WHERE configuration_id IS NOT NULL;
CREATE UNIQUE INDEX leads_by_external_id ON leads (organization_id, external_id)
    WHERE external_id IS NOT NULL;

-- A placeholder is the empty primary contact of a lead that a Close client made without any.
CREATE TABLE contacts (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    is_primary boolean NOT NULL,
    is_placeholder boolean NOT NULL DEFAULT false,
    name text,
    first_name text,
    last_name text,
    title text,
    emails jsonb NOT NULL,
    phones jsonb NOT NULL,
    urls jsonb NOT NULL,
    time_zone text,
    custom jsonb NOT NULL,
    prompt_id bytea,
    is_autopilot boolean NOT NULL DEFAULT false,
    is_unread boolean NOT NULL DEFAULT false,
    is_bulk boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE,
    FOREIGN KEY (organization_id, prompt_id) REFERENCES prompts (organization_id, id)
);
CREATE INDEX contacts_by_lead ON contacts (organization_id, lead_id, id);
CREATE UNIQUE INDEX contacts_primary ON contacts (organization_id, lead_id) WHERE is_primary;
CREATE INDEX contacts_newest ON contacts (organization_id, created_at DESC, id DESC)
    WHERE is_primary;
CREATE INDEX contacts_by_prompt ON contacts (organization_id, prompt_id)
    WHERE prompt_id IS NOT NULL;

-- Where a contact is found by phone or e-mail. Several contacts may share a value.
CREATE TABLE contact_methods (
    organization_id bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('phone', 'email')),
    value text NOT NULL,
    contact_id bytea NOT NULL,
    PRIMARY KEY (organization_id, kind, value, contact_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
        ON DELETE CASCADE
);
CREATE INDEX contact_methods_by_contact ON contact_methods (organization_id, contact_id);

CREATE TABLE opportunities (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    contact_id bytea,
    name text,
    pipeline_id bytea NOT NULL,
    stage_id bytea NOT NULL,
    user_id bytea,
    note text NOT NULL DEFAULT '',
    value_minor bigint,
    value_period text NOT NULL DEFAULT 'one_time',
    confidence integer NOT NULL DEFAULT 50,
    won_on date,
    lost_at timestamptz,
    custom jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE,
    FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id),
    FOREIGN KEY (organization_id, stage_id) REFERENCES stages (organization_id, id)
);
CREATE INDEX opportunities_by_lead ON opportunities (organization_id, lead_id, id);
CREATE INDEX opportunities_by_stage ON opportunities (organization_id, stage_id);

-- Written with every stage change and every entry into a first stage; outlives its lead. What
-- reports need is frozen here. "cost" is set where a configuration took the lead in.
CREATE TABLE stage_transitions (
    organization_id bytea NOT NULL,
    id bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('lead', 'opportunity')),
    lead_id bytea NOT NULL,
    opportunity_id bytea,
    pipeline_id bytea NOT NULL,
    from_stage_id bytea,
    from_stage_name text,
    stage_id bytea NOT NULL,
    stage_name text NOT NULL,
    source text NOT NULL,
    configuration_id bytea,
    owner_id bytea,
    is_intake boolean NOT NULL DEFAULT false,
    cost numeric(14, 4),
    actor_id bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX stage_transitions_by_time ON stage_transitions (organization_id, created_at)
    INCLUDE (stage_id, stage_name, source, configuration_id, owner_id)
    WHERE kind = 'lead' AND configuration_id IS NOT NULL;
CREATE INDEX stage_transitions_by_lead ON stage_transitions (organization_id, lead_id, created_at);
CREATE INDEX stage_transitions_intake ON stage_transitions (organization_id, created_at)
    INCLUDE (lead_id, source, configuration_id, owner_id, cost) WHERE is_intake;
