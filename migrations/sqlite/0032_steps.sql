-- How far a run has come through the steps of an enforced execution: the newest try of each, and what was found.
CREATE TABLE run_step (
    run_id BLOB NOT NULL REFERENCES run (id), step TEXT NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL,
    state TEXT NOT NULL, evidence TEXT NOT NULL, PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;
