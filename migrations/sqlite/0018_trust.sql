-- What a key may begin. Keys from before this was asked go on as they did; new ones say so.
ALTER TABLE api_key ADD COLUMN begins_runs INTEGER NOT NULL DEFAULT 0 CHECK (begins_runs IN (0, 1));
ALTER TABLE api_key ADD COLUMN workflows TEXT NOT NULL DEFAULT '[]';
UPDATE api_key SET begins_runs = 1 WHERE ' ' || scopes || ' ' LIKE '% hook %';
