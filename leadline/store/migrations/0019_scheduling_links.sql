-- Where people can book a time with somebody, and names that lead each to their own such place.

-- One with an app is that app's, which knows it by "source_id". The app itself may be gone since.
CREATE TABLE scheduling_links (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    user_id bytea NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    description text,
    duration_in_minutes integer,
    source text NOT NULL CHECK (source IN ('MANUAL', 'THIRD_PARTY')),
    source_id text,
    source_type text,
    oauth_app_id bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK ((source = 'THIRD_PARTY') = (oauth_app_id IS NOT NULL AND source_id IS NOT NULL)),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX scheduling_links_by_user ON scheduling_links (organization_id, user_id, id);
CREATE UNIQUE INDEX scheduling_links_by_source
    ON scheduling_links (organization_id, user_id, oauth_app_id, source_id)
    WHERE source = 'THIRD_PARTY';

-- "template_tag" stays when the name changes: templates have it in their text.
CREATE TABLE shared_scheduling_links (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    description text,
    template_tag text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, template_tag)
);

-- Where a shared link leads for one person: to a link of theirs, or to any address.
CREATE TABLE shared_scheduling_link_associations (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    shared_link_id bytea NOT NULL,
    user_id bytea NOT NULL,
    link_id bytea,
    url text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, shared_link_id, user_id),
    CHECK (num_nonnulls(link_id, url) = 1),
    FOREIGN KEY (organization_id, shared_link_id)
        REFERENCES shared_scheduling_links (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id),
    FOREIGN KEY (organization_id, link_id) REFERENCES scheduling_links (organization_id, id)
);
CREATE INDEX shared_scheduling_link_associations_by_link
    ON shared_scheduling_link_associations (organization_id, link_id) WHERE link_id IS NOT NULL;
