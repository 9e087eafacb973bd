-- Workflow versions, runs, their sessions, facts and assertions.
CREATE TABLE workflow (
    name TEXT NOT NULL, version INTEGER NOT NULL, digest BLOB NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
    published_at TEXT NOT NULL, published_by TEXT NOT NULL,
    PRIMARY KEY (name, version), UNIQUE (name, digest)
) STRICT, WITHOUT ROWID;
-- `moves` counts every change that a gate check could have read: facts, approvals, sessions.
CREATE TABLE run (
    id BLOB PRIMARY KEY, workflow TEXT NOT NULL, version INTEGER NOT NULL, subject TEXT NOT NULL, inputs TEXT NOT NULL,
    status TEXT NOT NULL, requested_by BLOB REFERENCES person (id), key_id BLOB NOT NULL REFERENCES api_key (id),
    started_at TEXT NOT NULL, moves INTEGER NOT NULL, approvals INTEGER NOT NULL, assertions INTEGER NOT NULL,
    FOREIGN KEY (workflow, version) REFERENCES workflow (name, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_by_workflow ON run (workflow, id);
CREATE INDEX run_by_subject ON run (subject, id);
CREATE TABLE session (
    id BLOB PRIMARY KEY, run_id BLOB NOT NULL REFERENCES run (id), framework TEXT NOT NULL, external_id TEXT NOT NULL,
    status TEXT NOT NULL, state TEXT NOT NULL, cwd TEXT, runner TEXT, key_id BLOB NOT NULL REFERENCES api_key (id),
    attached_at TEXT NOT NULL, UNIQUE (run_id, external_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (
    run_id BLOB NOT NULL REFERENCES run (id), name TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
    source TEXT NOT NULL, reference TEXT, writer TEXT NOT NULL, written_at TEXT NOT NULL, is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
    PRIMARY KEY (run_id, name, version)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX fact_current ON fact (run_id, name) WHERE is_current;
CREATE TABLE assertion (
    run_id BLOB NOT NULL REFERENCES run (id), name TEXT NOT NULL, value TEXT NOT NULL, statement TEXT,
    key_id BLOB NOT NULL REFERENCES api_key (id), asserted_at TEXT NOT NULL, PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
-- The answer to a call that has no natural key, kept for whoever repeats it.
CREATE TABLE idempotency (
    key_id BLOB NOT NULL REFERENCES api_key (id), name TEXT NOT NULL, request_digest BLOB NOT NULL,
    status INTEGER, answer TEXT, created_at TEXT NOT NULL, PRIMARY KEY (key_id, name)
) STRICT, WITHOUT ROWID;
