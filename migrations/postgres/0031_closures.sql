-- Systems that closures read from and write to. The credential is sealed.
CREATE TABLE closure_target (
    id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('http', 'archive')), allow_private BOOLEAN NOT NULL,
    honours_keys BOOLEAN NOT NULL, credential BYTEA, created_at TIMESTAMPTZ NOT NULL, disabled_at TIMESTAMPTZ
);
-- One completion of what a decision has settled. `event_key` is the event with its sender, so that each follows a policy
-- once, and `event_digest` what was told of it then; `source_…` is the record that was settled, so that a newer decision
-- is found; `due_at` is when a worker may take it, `moves` what a change compares.
CREATE TABLE closure (
    id UUID PRIMARY KEY, event_key TEXT NOT NULL, event_digest TEXT NOT NULL, source_system TEXT NOT NULL,
    source_record TEXT NOT NULL, source_version TEXT NOT NULL, occurred_at TIMESTAMPTZ NOT NULL, workflow TEXT NOT NULL, version BIGINT NOT NULL,
    rule TEXT NOT NULL, title TEXT NOT NULL, run_id UUID REFERENCES run (id), cause TEXT NOT NULL, snapshot TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'partial', 'skipped_idempotent', 'manual_follow_up')),
    state TEXT NOT NULL, due_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL, moves BIGINT NOT NULL DEFAULT 0,
    UNIQUE (event_key, workflow, rule)
);
CREATE INDEX closure_by_source ON closure (source_system, source_record);
CREATE INDEX closure_by_run ON closure (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX closure_by_start ON closure (started_at);
CREATE INDEX closure_by_status ON closure (status, id);
CREATE INDEX closure_by_due ON closure (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE closure_step (
    closure_id UUID NOT NULL REFERENCES closure (id), place BIGINT NOT NULL, plan TEXT NOT NULL, key TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('planned', 'writing', 'done', 'already_done', 'failed', 'blocked')),
    state TEXT NOT NULL, PRIMARY KEY (closure_id, place)
);
-- Which step has used an idempotency key. No other ever writes with it.
CREATE TABLE closure_key (
    key TEXT PRIMARY KEY, closure_id UUID NOT NULL REFERENCES closure (id), place BIGINT NOT NULL
);
-- Events that arrived once more, and replays.
CREATE TABLE closure_mark (
    id UUID PRIMARY KEY, closure_id UUID NOT NULL REFERENCES closure (id),
    kind TEXT NOT NULL CHECK (kind IN ('repeated', 'replayed')), mark TEXT NOT NULL
);
CREATE INDEX closure_mark_by_closure ON closure_mark (closure_id, id);
-- What was handed over to a person.
CREATE TABLE follow_up (
    id UUID PRIMARY KEY, closure_id UUID NOT NULL REFERENCES closure (id), step TEXT, packet TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'resolved')), state TEXT NOT NULL
);
CREATE INDEX follow_up_by_closure ON follow_up (closure_id, id);
CREATE INDEX follow_up_by_status ON follow_up (status, id);
-- How far the log was looked through for what closures follow. What happened before this table sets nothing going.
CREATE TABLE closure_cursor (id BIGINT PRIMARY KEY CHECK (id = 1), leaf_index BIGINT NOT NULL);
INSERT INTO closure_cursor (id, leaf_index) SELECT 1, COALESCE(MAX(leaf_index), 0) FROM event_leaf;
