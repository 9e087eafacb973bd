-- Sessions that the runner of their host wakes. What goes out by a runner is due at `run_due_at`, apart from what is sent;
-- until `held_until` it may be at work on the session. `stopped`: the client said last that it stops. How a resumption goes out stands in its state in one shape now.
ALTER TABLE session ADD COLUMN by_runner BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE session ADD COLUMN stopped BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resumption ADD COLUMN runner TEXT;
ALTER TABLE resumption ADD COLUMN run_due_at TIMESTAMPTZ;
ALTER TABLE resumption ADD COLUMN held_until TIMESTAMPTZ;
CREATE INDEX resumption_by_runner ON resumption (runner, run_due_at) WHERE run_due_at IS NOT NULL;
CREATE INDEX resumption_held ON resumption (held_until) WHERE held_until IS NOT NULL;
UPDATE resumption SET state = ((state::jsonb - 'endpoint') || jsonb_build_object(
    'way', jsonb_build_object('via', 'webhook', 'endpoint', state::jsonb -> 'endpoint')
))::text WHERE status IN ('delivering', 'failed') AND state::jsonb -> 'endpoint' IS NOT NULL;
