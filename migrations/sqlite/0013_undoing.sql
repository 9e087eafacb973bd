-- A compensation is made by one session alone; an approval given for an attempt that was undone is nothing to rely on.
ALTER TABLE compensation ADD COLUMN claimed_by BLOB REFERENCES session (id);
ALTER TABLE approval ADD COLUMN undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1));
