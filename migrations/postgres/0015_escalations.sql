-- What is handed over to people without the transcript, whose it is, and how far they are.
CREATE TABLE escalation (
    id UUID PRIMARY KEY, run_id UUID NOT NULL REFERENCES run (id), key_id UUID NOT NULL REFERENCES api_key (id),
    summary TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')), state TEXT NOT NULL,
    assignee_id UUID REFERENCES person (id), opened_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX escalation_by_run ON escalation (run_id, id);
CREATE INDEX escalation_by_status ON escalation (status, id);
