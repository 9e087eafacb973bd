-- Gate checks, approvals, decisions and the outbox of resumptions.
CREATE TABLE approval (
    id UUID PRIMARY KEY, run_id UUID NOT NULL REFERENCES run (id), session_id UUID NOT NULL REFERENCES session (id),
    tool_use_id TEXT NOT NULL, key_id UUID NOT NULL REFERENCES api_key (id), gate_id TEXT NOT NULL, tool TEXT NOT NULL,
    action_digest BYTEA NOT NULL, title TEXT NOT NULL, risk TEXT NOT NULL, subject TEXT NOT NULL, agent TEXT NOT NULL,
    workflow_title TEXT NOT NULL, reversible BOOLEAN NOT NULL, differences BIGINT NOT NULL,
    status TEXT NOT NULL, state TEXT NOT NULL, revision BIGINT NOT NULL, package TEXT NOT NULL, package_digest BYTEA NOT NULL,
    circumstances TEXT NOT NULL, quorum BIGINT NOT NULL, given BIGINT NOT NULL, notes TEXT,
    opened_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ
);
CREATE INDEX approval_by_due ON approval (status, due_at, id);
CREATE INDEX approval_by_run ON approval (run_id, id);
CREATE INDEX approval_by_end ON approval (ended_at);
-- Open seats and barred people: what "needs my decision" asks.
CREATE TABLE approval_seat (
    approval_id UUID NOT NULL REFERENCES approval (id), group_name TEXT NOT NULL, is_open BOOLEAN NOT NULL,
    PRIMARY KEY (approval_id, group_name)
);
CREATE INDEX approval_seat_by_group ON approval_seat (group_name, approval_id) WHERE is_open;
CREATE TABLE approval_barred (
    approval_id UUID NOT NULL REFERENCES approval (id), person_id UUID NOT NULL REFERENCES person (id),
    PRIMARY KEY (approval_id, person_id)
);
-- Phase 0 is the first answer to a call, phase 1 the answer after its approval ended.
CREATE TABLE gate_check (
    id UUID PRIMARY KEY, run_id UUID NOT NULL REFERENCES run (id), session_id UUID NOT NULL REFERENCES session (id),
    tool_use_id TEXT NOT NULL, phase BIGINT NOT NULL, tool TEXT NOT NULL, call_digest BYTEA NOT NULL, gate_id TEXT NOT NULL,
    outcome TEXT NOT NULL, approval_id UUID REFERENCES approval (id), answer TEXT NOT NULL, checked_at TIMESTAMPTZ NOT NULL,
    UNIQUE (session_id, tool_use_id, phase)
);
CREATE INDEX gate_check_by_approval ON gate_check (approval_id) WHERE approval_id IS NOT NULL;
CREATE TABLE tool_result (
    check_id UUID PRIMARY KEY REFERENCES gate_check (id), output TEXT NOT NULL, is_error BOOLEAN NOT NULL,
    facts TEXT NOT NULL, reported_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE decision (
    id UUID PRIMARY KEY, approval_id UUID NOT NULL REFERENCES approval (id), person_id UUID NOT NULL REFERENCES person (id),
    person_name TEXT NOT NULL, group_name TEXT NOT NULL, verdict TEXT NOT NULL, revision BIGINT NOT NULL,
    package_digest BYTEA NOT NULL, reason_code TEXT, notes TEXT, decided_at TIMESTAMPTZ NOT NULL,
    UNIQUE (approval_id, person_id, revision)
);
CREATE TABLE resumption (
    id UUID PRIMARY KEY, approval_id UUID NOT NULL UNIQUE REFERENCES approval (id), session_id UUID NOT NULL REFERENCES session (id),
    status TEXT NOT NULL, state TEXT NOT NULL, queued_at TIMESTAMPTZ NOT NULL, resumed_at TIMESTAMPTZ
);
CREATE INDEX resumption_by_status ON resumption (status, queued_at);
