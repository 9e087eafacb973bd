-- Plain gate checks as they are answered: one row each, in the order of the log. They are sorted into `gate_check`, the
-- event tables and their indexes afterwards, many at once, before anybody reads those.
CREATE TABLE check_inbox (
    leaf_index INTEGER PRIMARY KEY, id BLOB NOT NULL, run_id BLOB NOT NULL, session_id BLOB NOT NULL REFERENCES session (id),
    tool_use_id TEXT NOT NULL, phase INTEGER NOT NULL, tool TEXT NOT NULL, call_digest BLOB NOT NULL, gate_id TEXT NOT NULL,
    outcome TEXT NOT NULL, approval_id BLOB REFERENCES approval (id), answer TEXT NOT NULL, checked_at TEXT NOT NULL,
    event_id BLOB NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL, salt BLOB NOT NULL, payload TEXT NOT NULL,
    commitment BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX check_inbox_by_call ON check_inbox (session_id, tool_use_id, phase);
-- Checks and results in the order in which they are sorted in: a row of a check is too long to be kept whole in the tree of
-- its key. Both are made anew, because the one refers to the other.
CREATE TABLE new_gate_check (
    id BLOB PRIMARY KEY NOT NULL, run_id BLOB NOT NULL REFERENCES run (id), session_id BLOB NOT NULL REFERENCES session (id),
    tool_use_id TEXT NOT NULL, phase INTEGER NOT NULL, tool TEXT NOT NULL, call_digest BLOB NOT NULL, gate_id TEXT NOT NULL,
    outcome TEXT NOT NULL, approval_id BLOB REFERENCES approval (id), answer TEXT NOT NULL, checked_at TEXT NOT NULL,
    UNIQUE (session_id, tool_use_id, phase)
) STRICT;
INSERT INTO new_gate_check (id, run_id, session_id, tool_use_id, phase, tool, call_digest, gate_id, outcome, approval_id, answer, checked_at)
SELECT id, run_id, session_id, tool_use_id, phase, tool, call_digest, gate_id, outcome, approval_id, answer, checked_at
FROM gate_check ORDER BY id;
CREATE TABLE new_tool_result (
    check_id BLOB PRIMARY KEY NOT NULL REFERENCES new_gate_check (id), output TEXT NOT NULL,
    is_error INTEGER NOT NULL CHECK (is_error IN (0, 1)), facts TEXT NOT NULL, reported_at TEXT NOT NULL
) STRICT;
INSERT INTO new_tool_result (check_id, output, is_error, facts, reported_at)
SELECT check_id, output, is_error, facts, reported_at FROM tool_result ORDER BY check_id;
DROP TABLE tool_result;
DROP TABLE gate_check;
-- References follow the names.
ALTER TABLE new_gate_check RENAME TO gate_check;
ALTER TABLE new_tool_result RENAME TO tool_result;
CREATE INDEX gate_check_by_approval ON gate_check (approval_id) WHERE approval_id IS NOT NULL;
CREATE INDEX gate_check_by_gate ON gate_check (run_id, gate_id, id);
CREATE INDEX gate_check_blocked ON gate_check (gate_id, checked_at) WHERE outcome = 'block';
