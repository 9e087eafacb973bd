-- The key that seals secrets at rest, known by its fingerprint only.
CREATE TABLE vault (
    id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint BLOB NOT NULL, noted_at TEXT NOT NULL
) STRICT;
-- Where sessions are woken. Secrets are sealed; the one before signs too until its time is over.
CREATE TABLE endpoint (
    id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, allow_private INTEGER NOT NULL CHECK (allow_private IN (0, 1)),
    secret BLOB NOT NULL, previous_secret BLOB, previous_until TEXT, created_at TEXT NOT NULL, disabled_at TEXT, disabled_because TEXT
) STRICT, WITHOUT ROWID;
ALTER TABLE session ADD COLUMN endpoint_id BLOB REFERENCES endpoint (id);
CREATE INDEX session_asleep ON session (id) WHERE status = 'suspended';
-- `due_at` is when a worker may take the record: the next try, or the end of another worker's lease. `failing_since`
-- is set while tries fail and nothing has woken the session. `moves` is what a change compares.
ALTER TABLE resumption ADD COLUMN endpoint_id BLOB REFERENCES endpoint (id);
ALTER TABLE resumption ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;
ALTER TABLE resumption ADD COLUMN due_at TEXT;
ALTER TABLE resumption ADD COLUMN failing_since TEXT;
CREATE INDEX resumption_by_due ON resumption (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX resumption_failing ON resumption (failing_since, id) WHERE failing_since IS NOT NULL;
-- Every try, as it went. A test has no resumption.
CREATE TABLE delivery (
    id BLOB PRIMARY KEY, endpoint_id BLOB NOT NULL REFERENCES endpoint (id), resumption_id BLOB REFERENCES resumption (id),
    approval_id BLOB REFERENCES approval (id), attempt INTEGER NOT NULL, status INTEGER, cause TEXT, millis INTEGER NOT NULL,
    sent_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_failed ON delivery (id) WHERE cause IS NOT NULL;
CREATE INDEX delivery_by_approval ON delivery (approval_id, id) WHERE approval_id IS NOT NULL;
-- What the reconciler found and cannot repair.
CREATE TABLE alert (
    kind TEXT NOT NULL, about TEXT NOT NULL, run_id BLOB NOT NULL REFERENCES run (id), approval_id BLOB, raised_at TEXT NOT NULL,
    PRIMARY KEY (kind, about)
) STRICT, WITHOUT ROWID;
