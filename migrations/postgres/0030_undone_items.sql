-- Of calls that were approved together, only those of the stage that was undone are nothing to rely on.

ALTER TABLE approval_item ADD COLUMN undone BOOLEAN NOT NULL DEFAULT FALSE;
