-- A compensation is made by one session alone; an approval given for an attempt that was undone is nothing to rely on.
ALTER TABLE compensation ADD COLUMN claimed_by UUID REFERENCES session (id);
ALTER TABLE approval ADD COLUMN undone BOOLEAN NOT NULL DEFAULT FALSE;
