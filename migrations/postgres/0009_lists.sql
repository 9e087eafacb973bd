-- What the lists of runs and a run's gates ask for.
CREATE INDEX run_by_workflow_status ON run (workflow, status, id);
-- Suspended sessions are few: as many as people have to work on.
CREATE INDEX session_suspended_by_run ON session (run_id) WHERE status = 'suspended';
-- The newest check of a gate in a run.
CREATE INDEX gate_check_by_gate ON gate_check (run_id, gate_id, id);
