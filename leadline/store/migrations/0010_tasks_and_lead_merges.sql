-- What people have to do on leads, what they have done and noted, and which leads became one.

-- A task is due on a day, at an instant, or whenever. The contact may be gone since, or elsewhere.
CREATE TABLE tasks (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    type text NOT NULL CHECK (type IN ('lead', 'outgoing_call')),
    lead_id bytea NOT NULL,
    contact_id bytea,
    assigned_to bytea NOT NULL,
    text text,
    priority text CHECK (priority IN ('high', 'medium')),
    due_on date,
    due_at timestamptz,
    is_complete boolean NOT NULL,
    resolution text CHECK (resolution IN ('abandoned', 'skipped')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    CHECK (due_on IS NULL OR due_at IS NULL),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE,
    FOREIGN KEY (organization_id, assigned_to) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX tasks_by_lead ON tasks (organization_id, lead_id, id);
CREATE INDEX tasks_open ON tasks (organization_id, assigned_to, id) WHERE NOT is_complete;

-- Stays when its task is deleted, and goes when its task is opened again.
CREATE TABLE task_completions (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    contact_id bytea,
    user_id bytea,
    task_id bytea NOT NULL,
    task_type text NOT NULL,
    task_text text,
    task_assigned_to bytea,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE UNIQUE INDEX task_completions_by_task ON task_completions (organization_id, task_id);
CREATE INDEX task_completions_by_lead
    ON task_completions (organization_id, lead_id, created_at);
CREATE INDEX task_completions_by_time ON task_completions (organization_id, created_at);

-- lead_id is where the lead is now; the two others and their names are what they were.
CREATE TABLE lead_merges (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    user_id bytea,
    source_lead_id bytea NOT NULL,
    source_name text NOT NULL,
    destination_lead_id bytea NOT NULL,
    destination_name text NOT NULL,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX lead_merges_by_lead ON lead_merges (organization_id, lead_id, created_at);
CREATE INDEX lead_merges_by_time ON lead_merges (organization_id, created_at);

CREATE TABLE notes (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    contact_id bytea,
    user_id bytea,
    title text,
    note text NOT NULL,
    note_html text NOT NULL,
    pinned_at timestamptz,
    attachments jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX notes_by_lead ON notes (organization_id, lead_id, created_at);
CREATE INDEX notes_by_time ON notes (organization_id, created_at);

-- What was paid for leads that are part of another one now: see leadline/flows/merge_leads.py.
CREATE INDEX stage_transitions_merged ON stage_transitions (organization_id, created_at)
    INCLUDE (source, configuration_id, owner_id, cost) WHERE NOT is_intake AND cost IS NOT NULL;
