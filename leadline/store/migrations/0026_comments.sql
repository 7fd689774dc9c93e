-- What people write about an activity or an opportunity, to each other.

-- One for each object that was commented on. "object_noun" says in which table "object_id" is.
CREATE TABLE comment_threads (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    object_noun text NOT NULL,
    object_id bytea NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, object_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX comment_threads_by_lead ON comment_threads (organization_id, lead_id);

-- A removed comment has an empty body and stays until all of its thread are removed.
CREATE TABLE comments (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    lead_id bytea NOT NULL,
    thread_id bytea NOT NULL,
    body text NOT NULL,
    removed_at timestamptz,
    removed_by bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE,
    FOREIGN KEY (organization_id, thread_id) REFERENCES comment_threads (organization_id, id)
        DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX comments_by_thread ON comments (organization_id, thread_id, id);
CREATE INDEX comments_by_lead ON comments (organization_id, lead_id);
