-- Whom the custom values of a lead name. It follows from them, and is there to be looked up.
CREATE TABLE lead_assignees (
    organization_id bytea NOT NULL,
    user_id bytea NOT NULL,
    field_id bytea NOT NULL,
    lead_id bytea NOT NULL,
    PRIMARY KEY (organization_id, user_id, field_id, lead_id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
        ON DELETE CASCADE
);
CREATE INDEX lead_assignees_by_lead ON lead_assignees (organization_id, lead_id);

INSERT INTO lead_assignees
SELECT DISTINCT l.organization_id, decode(right(named.value, 24), 'hex'), decode(v.key, 'hex'), l.id
FROM leads l,
    jsonb_each(l.custom) v,
    jsonb_array_elements_text(
        CASE jsonb_typeof(v.value) WHEN 'array' THEN v.value ELSE jsonb_build_array(v.value) END
    ) named (value)
WHERE named.value ~ '^user_[0-9a-f]{24}$';
