-- Of calls that were approved together, only those of the stage that was undone are nothing to rely on.

ALTER TABLE approval_item ADD COLUMN undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1));
