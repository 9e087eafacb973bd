-- How a run ended, where an approval comes from, and what an agent hands over with a request.
ALTER TABLE run ADD COLUMN state TEXT NOT NULL DEFAULT '{"state":"active"}';
CREATE INDEX run_by_status ON run (status, id);
-- `waiting`: a question is open, its answer is awaited.
ALTER TABLE approval ADD COLUMN origin TEXT NOT NULL DEFAULT 'gate';
ALTER TABLE approval ADD COLUMN waiting BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX approval_by_queue ON approval (status, waiting, due_at, id);
CREATE TABLE approval_transcript (
    approval_id UUID PRIMARY KEY REFERENCES approval (id), messages TEXT NOT NULL
);
-- Sealed with the installation's own key; opened for the key that gave it and for nobody else.
CREATE TABLE approval_blob (
    approval_id UUID PRIMARY KEY REFERENCES approval (id), key_id UUID NOT NULL REFERENCES api_key (id), sealed BYTEA NOT NULL
);
