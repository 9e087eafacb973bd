-- The key that seals secrets at rest, known by its fingerprint only.
CREATE TABLE vault (
    id BIGINT PRIMARY KEY CHECK (id = 1), fingerprint BYTEA NOT NULL, noted_at TIMESTAMPTZ NOT NULL
);
-- Where sessions are woken. Secrets are sealed; the one before signs too until its time is over.
CREATE TABLE endpoint (
    id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, allow_private BOOLEAN NOT NULL,
    secret BYTEA NOT NULL, previous_secret BYTEA, previous_until TIMESTAMPTZ, created_at TIMESTAMPTZ NOT NULL, disabled_at TIMESTAMPTZ, disabled_because TEXT
);
ALTER TABLE session ADD COLUMN endpoint_id UUID REFERENCES endpoint (id);
CREATE INDEX session_asleep ON session (id) WHERE status = 'suspended';
-- `due_at` is when a worker may take the record: the next try, or the end of another worker's lease. `failing_since`
-- is set while tries fail and nothing has woken the session. `moves` is what a change compares.
ALTER TABLE resumption ADD COLUMN endpoint_id UUID REFERENCES endpoint (id);
ALTER TABLE resumption ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;
ALTER TABLE resumption ADD COLUMN due_at TIMESTAMPTZ;
ALTER TABLE resumption ADD COLUMN failing_since TIMESTAMPTZ;
CREATE INDEX resumption_by_due ON resumption (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX resumption_failing ON resumption (failing_since, id) WHERE failing_since IS NOT NULL;
-- Every try, as it went. A test has no resumption.
CREATE TABLE delivery (
    id UUID PRIMARY KEY, endpoint_id UUID NOT NULL REFERENCES endpoint (id), resumption_id UUID REFERENCES resumption (id),
    approval_id UUID REFERENCES approval (id), attempt BIGINT NOT NULL, status BIGINT, cause TEXT, millis BIGINT NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX delivery_failed ON delivery (id) WHERE cause IS NOT NULL;
CREATE INDEX delivery_by_approval ON delivery (approval_id, id) WHERE approval_id IS NOT NULL;
-- What the reconciler found and cannot repair.
CREATE TABLE alert (
    kind TEXT NOT NULL, about TEXT NOT NULL, run_id UUID NOT NULL REFERENCES run (id), approval_id UUID, raised_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, about)
);
