-- When an approval that waits is to be reminded of or raised next; to which group it was raised, and when.
ALTER TABLE approval ADD COLUMN step_at TIMESTAMPTZ;
ALTER TABLE approval ADD COLUMN raised_to TEXT;
ALTER TABLE approval ADD COLUMN raised_at TIMESTAMPTZ;
CREATE INDEX approval_by_step ON approval (step_at) WHERE status = 'pending' AND step_at IS NOT NULL;
-- The group an approval was raised to, where that alone let the person decide.
ALTER TABLE decision ADD COLUMN by_raise TEXT;
