-- Files that people upload and attach to notes, opportunities and templates.

-- The content lies in a folder or a bucket under <organization>/<id>, both in hexadecimal. "size"
-- is null until it is there. What is never attached is deleted after a while.
CREATE TABLE files (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    filename text NOT NULL,
    content_type text NOT NULL,
    size bigint,
    attached_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    PRIMARY KEY (organization_id, id)
);

-- Signs links to files, and permissions to upload them: 244 random bits.
INSERT INTO instance_secrets (name, value)
VALUES ('files', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
