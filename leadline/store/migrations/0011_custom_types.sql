-- Kinds of activities and objects of an organization's own, and what shared custom fields belong to.

CREATE TABLE custom_activity_types (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    description text,
    api_create_only boolean NOT NULL,
    editable_with_roles jsonb NOT NULL,
    is_archived boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);

CREATE TABLE custom_object_types (
    organization_id bytea NOT NULL REFERENCES organizations,
    id bytea NOT NULL,
    name text NOT NULL,
    name_plural text NOT NULL,
    description text,
    api_create_only boolean NOT NULL,
    editable_with_roles jsonb NOT NULL,
    is_archived boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id)
);

-- type_id is the custom type, where the noun is custom_activity or custom_object.
CREATE TABLE custom_field_associations (
    organization_id bytea NOT NULL,
    id bytea NOT NULL,
    field_id bytea NOT NULL,
    noun text NOT NULL CHECK (noun IN (
        'lead', 'contact', 'opportunity', 'custom_activity', 'custom_object'
    )),
    type_id bytea,
    is_required boolean NOT NULL,
    editable_with_roles jsonb NOT NULL,
    rank integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by bytea,
    updated_by bytea,
    PRIMARY KEY (organization_id, id),
    UNIQUE NULLS NOT DISTINCT (organization_id, field_id, noun, type_id),
    FOREIGN KEY (organization_id, field_id) REFERENCES custom_fields (organization_id, id)
);
CREATE INDEX custom_field_associations_by_noun
    ON custom_field_associations (organization_id, noun, type_id);
