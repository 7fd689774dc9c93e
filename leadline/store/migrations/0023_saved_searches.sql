-- Searches that people keep under a name.

-- What is searched for is a text or a tree, as it was sent. "is_shared" means with everybody; the
-- ids of others whom it is shared with are in hexadecimal.
CREATE TABLE saved_searches (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    owner_id bytea NOT NULL,
    type text NOT NULL,
    name text NOT NULL,
    description text,
    query text,
    structured_query jsonb,
    is_user_dependent boolean NOT NULL,
    selected_fields jsonb,
    is_shared boolean NOT NULL,
    shared_user_ids jsonb NOT NULL,
    shared_group_ids jsonb NOT NULL,
    shared_at timestamptz,
    shared_by bytea,
    sharing_updated_at timestamptz,
    sharing_updated_by bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, owner_id) REFERENCES memberships (organization_id, user_id),
    CHECK ((query IS NULL) <> (structured_query IS NULL))
);
