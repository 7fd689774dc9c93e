-- Groups of people.

CREATE TABLE groups (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX groups_by_name ON groups (organization_id, lower(name));

CREATE TABLE group_members (
    organization_id bytea NOT NULL,
    id bytea NOT NULL,
    group_id bytea NOT NULL,
    user_id bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, group_id, user_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (organization_id, user_id);
