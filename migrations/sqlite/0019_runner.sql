-- Sessions that the runner of their host wakes. What goes out by a runner is due at `run_due_at`, apart from what is sent;
-- until `held_until` it may be at work on the session. `stopped`: the client said last that it stops. How a resumption goes out stands in its state in one shape now.
ALTER TABLE session ADD COLUMN by_runner INTEGER NOT NULL DEFAULT 0 CHECK (by_runner IN (0, 1));
ALTER TABLE session ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1));
ALTER TABLE resumption ADD COLUMN runner TEXT;
ALTER TABLE resumption ADD COLUMN run_due_at TEXT;
ALTER TABLE resumption ADD COLUMN held_until TEXT;
CREATE INDEX resumption_by_runner ON resumption (runner, run_due_at) WHERE run_due_at IS NOT NULL;
CREATE INDEX resumption_held ON resumption (held_until) WHERE held_until IS NOT NULL;
UPDATE resumption SET state = json_remove(
    json_set(state, '$.way', json_object('via', 'webhook', 'endpoint', json_extract(state, '$.endpoint'))), '$.endpoint'
) WHERE status IN ('delivering', 'failed') AND json_extract(state, '$.endpoint') IS NOT NULL;
