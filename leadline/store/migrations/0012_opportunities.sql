-- Opportunities with rich notes and attachments, and the changes of status that stand on a lead.

ALTER TABLE opportunities ADD COLUMN note_html text NOT NULL DEFAULT '';
ALTER TABLE opportunities ADD COLUMN attachments jsonb NOT NULL DEFAULT '[]';

-- What people see on a lead of how its status changed. It is written beside the transition that
-- reports count, under the same id, and leads a life of its own: an entry can be added by hand or
-- removed, and no figure changes.
CREATE TABLE lead_status_changes (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    user_id bytea,
    old_stage_id bytea NOT NULL,
    old_stage_name text NOT NULL,
    new_stage_id bytea NOT NULL,
    new_stage_name text NOT NULL,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX lead_status_changes_by_time ON lead_status_changes (organization_id, created_at, id);
CREATE INDEX lead_status_changes_by_lead
    ON lead_status_changes (organization_id, lead_id, created_at);

-- The same for opportunities, with what the opportunity was worth at that moment. It has no foreign
-- key to the opportunity: when that is deleted, the lead still shows how it went.
CREATE TABLE opportunity_status_changes (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    opportunity_id bytea NOT NULL,
    user_id bytea,
    old_pipeline_id bytea NOT NULL,
    old_pipeline_name text NOT NULL,
    old_stage_id bytea NOT NULL,
    old_stage_name text NOT NULL,
    old_stage_type text NOT NULL,
    new_pipeline_id bytea NOT NULL,
    new_pipeline_name text NOT NULL,
    new_stage_id bytea NOT NULL,
    new_stage_name text NOT NULL,
    new_stage_type text NOT NULL,
    value_minor bigint,
    value_period text NOT NULL,
    confidence integer NOT NULL,
    won_on date,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX opportunity_status_changes_by_time
    ON opportunity_status_changes (organization_id, created_at, id);
CREATE INDEX opportunity_status_changes_by_lead
    ON opportunity_status_changes (organization_id, lead_id, created_at);
CREATE INDEX opportunity_status_changes_by_opportunity
    ON opportunity_status_changes (organization_id, opportunity_id, created_at);
