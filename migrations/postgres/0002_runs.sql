-- Workflow versions, runs, their sessions, facts and assertions.
CREATE TABLE workflow (
    name TEXT NOT NULL, version BIGINT NOT NULL, digest BYTEA NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
    published_at TIMESTAMPTZ NOT NULL, published_by TEXT NOT NULL,
    PRIMARY KEY (name, version), UNIQUE (name, digest)
);
-- `moves` counts every change that a gate check could have read: facts, approvals, sessions.
CREATE TABLE run (
    id UUID PRIMARY KEY, workflow TEXT NOT NULL, version BIGINT NOT NULL, subject TEXT NOT NULL, inputs TEXT NOT NULL,
    status TEXT NOT NULL, requested_by UUID REFERENCES person (id), key_id UUID NOT NULL REFERENCES api_key (id),
    started_at TIMESTAMPTZ NOT NULL, moves BIGINT NOT NULL, approvals BIGINT NOT NULL, assertions BIGINT NOT NULL,
    FOREIGN KEY (workflow, version) REFERENCES workflow (name, version)
);
CREATE INDEX run_by_workflow ON run (workflow, id);
CREATE INDEX run_by_subject ON run (subject, id);
CREATE TABLE session (
    id UUID PRIMARY KEY, run_id UUID NOT NULL REFERENCES run (id), framework TEXT NOT NULL, external_id TEXT NOT NULL,
    status TEXT NOT NULL, state TEXT NOT NULL, cwd TEXT, runner TEXT, key_id UUID NOT NULL REFERENCES api_key (id),
    attached_at TIMESTAMPTZ NOT NULL, UNIQUE (run_id, external_id)
);
CREATE TABLE fact (
    run_id UUID NOT NULL REFERENCES run (id), name TEXT NOT NULL, version BIGINT NOT NULL, value TEXT NOT NULL,
    source TEXT NOT NULL, reference TEXT, writer TEXT NOT NULL, written_at TIMESTAMPTZ NOT NULL, is_current BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, name, version)
);
CREATE UNIQUE INDEX fact_current ON fact (run_id, name) WHERE is_current;
CREATE TABLE assertion (
    run_id UUID NOT NULL REFERENCES run (id), name TEXT NOT NULL, value TEXT NOT NULL, statement TEXT,
    key_id UUID NOT NULL REFERENCES api_key (id), asserted_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (run_id, name)
);
-- The answer to a call that has no natural key, kept for whoever repeats it.
CREATE TABLE idempotency (
    key_id UUID NOT NULL REFERENCES api_key (id), name TEXT NOT NULL, request_digest BYTEA NOT NULL,
    status BIGINT, answer TEXT, created_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (key_id, name)
);
