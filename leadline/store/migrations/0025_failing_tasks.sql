-- What a worker does again and again and fails at, by its name; a row goes when it succeeds.
CREATE TABLE failing_tasks (
    name text PRIMARY KEY,
    failures bigint NOT NULL,
    failing_since timestamptz NOT NULL,
    last_failed_at timestamptz NOT NULL,
    last_error text NOT NULL
);
