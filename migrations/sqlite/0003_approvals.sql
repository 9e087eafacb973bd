-- Gate checks, approvals, decisions and the outbox of resumptions.
CREATE TABLE approval (
    id BLOB PRIMARY KEY, run_id BLOB NOT NULL REFERENCES run (id), session_id BLOB NOT NULL REFERENCES session (id),
    tool_use_id TEXT NOT NULL, key_id BLOB NOT NULL REFERENCES api_key (id), gate_id TEXT NOT NULL, tool TEXT NOT NULL,
    action_digest BLOB NOT NULL, title TEXT NOT NULL, risk TEXT NOT NULL, subject TEXT NOT NULL, agent TEXT NOT NULL,
    workflow_title TEXT NOT NULL, reversible INTEGER NOT NULL CHECK (reversible IN (0, 1)), differences INTEGER NOT NULL,
    status TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL, package TEXT NOT NULL, package_digest BLOB NOT NULL,
    circumstances TEXT NOT NULL, quorum INTEGER NOT NULL, given INTEGER NOT NULL, notes TEXT,
    opened_at TEXT NOT NULL, due_at TEXT NOT NULL, ended_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_by_due ON approval (status, due_at, id);
CREATE INDEX approval_by_run ON approval (run_id, id);
CREATE INDEX approval_by_end ON approval (ended_at);
-- Open seats and barred people: what "needs my decision" asks.
CREATE TABLE approval_seat (
    approval_id BLOB NOT NULL REFERENCES approval (id), group_name TEXT NOT NULL, is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    PRIMARY KEY (approval_id, group_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_seat_by_group ON approval_seat (group_name, approval_id) WHERE is_open;
CREATE TABLE approval_barred (
    approval_id BLOB NOT NULL REFERENCES approval (id), person_id BLOB NOT NULL REFERENCES person (id),
    PRIMARY KEY (approval_id, person_id)
) STRICT, WITHOUT ROWID;
-- Phase 0 is the first answer to a call, phase 1 the answer after its approval ended.
CREATE TABLE gate_check (
    id BLOB PRIMARY KEY, run_id BLOB NOT NULL REFERENCES run (id), session_id BLOB NOT NULL REFERENCES session (id),
    tool_use_id TEXT NOT NULL, phase INTEGER NOT NULL, tool TEXT NOT NULL, call_digest BLOB NOT NULL, gate_id TEXT NOT NULL,
    outcome TEXT NOT NULL, approval_id BLOB REFERENCES approval (id), answer TEXT NOT NULL, checked_at TEXT NOT NULL,
    UNIQUE (session_id, tool_use_id, phase)
) STRICT, WITHOUT ROWID;
CREATE INDEX gate_check_by_approval ON gate_check (approval_id) WHERE approval_id IS NOT NULL;
CREATE TABLE tool_result (
    check_id BLOB PRIMARY KEY REFERENCES gate_check (id), output TEXT NOT NULL, is_error INTEGER NOT NULL CHECK (is_error IN (0, 1)),
    facts TEXT NOT NULL, reported_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE decision (
    id BLOB PRIMARY KEY, approval_id BLOB NOT NULL REFERENCES approval (id), person_id BLOB NOT NULL REFERENCES person (id),
    person_name TEXT NOT NULL, group_name TEXT NOT NULL, verdict TEXT NOT NULL, revision INTEGER NOT NULL,
    package_digest BLOB NOT NULL, reason_code TEXT, notes TEXT, decided_at TEXT NOT NULL,
    UNIQUE (approval_id, person_id, revision)
) STRICT, WITHOUT ROWID;
CREATE TABLE resumption (
    id BLOB PRIMARY KEY, approval_id BLOB NOT NULL UNIQUE REFERENCES approval (id), session_id BLOB NOT NULL REFERENCES session (id),
    status TEXT NOT NULL, state TEXT NOT NULL, queued_at TEXT NOT NULL, resumed_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX resumption_by_status ON resumption (status, queued_at);
