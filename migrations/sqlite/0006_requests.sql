-- How a run ended, where an approval comes from, and what an agent hands over with a request.
ALTER TABLE run ADD COLUMN state TEXT NOT NULL DEFAULT '{"state":"active"}';
CREATE INDEX run_by_status ON run (status, id);
-- `waiting`: a question is open, its answer is awaited.
ALTER TABLE approval ADD COLUMN origin TEXT NOT NULL DEFAULT 'gate';
ALTER TABLE approval ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1));
CREATE INDEX approval_by_queue ON approval (status, waiting, due_at, id);
CREATE TABLE approval_transcript (
    approval_id BLOB PRIMARY KEY REFERENCES approval (id), messages TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Sealed with the installation's own key; opened for the key that gave it and for nobody else.
CREATE TABLE approval_blob (
    approval_id BLOB PRIMARY KEY REFERENCES approval (id), key_id BLOB NOT NULL REFERENCES api_key (id), sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
