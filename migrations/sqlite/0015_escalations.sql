-- What is handed over to people without the transcript, whose it is, and how far they are.
CREATE TABLE escalation (
    id BLOB PRIMARY KEY NOT NULL, run_id BLOB NOT NULL REFERENCES run (id), key_id BLOB NOT NULL REFERENCES api_key (id),
    summary TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')), state TEXT NOT NULL,
    assignee_id BLOB REFERENCES person (id), opened_at TEXT NOT NULL
) STRICT;
CREATE INDEX escalation_by_run ON escalation (run_id, id);
CREATE INDEX escalation_by_status ON escalation (status, id);
