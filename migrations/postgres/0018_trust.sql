-- What a key may begin. Keys from before this was asked go on as they did; new ones say so.
ALTER TABLE api_key ADD COLUMN begins_runs BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE api_key ADD COLUMN workflows TEXT NOT NULL DEFAULT '[]';
UPDATE api_key SET begins_runs = TRUE WHERE ' ' || scopes || ' ' LIKE '% hook %';
