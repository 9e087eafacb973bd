-- Administration: changes to access one after another, since when people belong to a group, and by what a key is recognised.
CREATE TABLE access_change (id INTEGER PRIMARY KEY CHECK (id = 1), changes INTEGER NOT NULL) STRICT;
INSERT INTO access_change (id, changes) VALUES (1, 0);
-- Joining binds approvals that open later; who belonged before this was kept belongs since ever.
ALTER TABLE membership ADD COLUMN joined_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00+00:00';
ALTER TABLE api_key ADD COLUMN hint TEXT;
ALTER TABLE api_key ADD COLUMN last_used_at TEXT;
CREATE INDEX person_by_name ON person (name, id);
CREATE INDEX decision_by_person ON decision (person_id, decided_at);
