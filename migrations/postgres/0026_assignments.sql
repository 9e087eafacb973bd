-- Whom a pending approval was assigned to, a person or a group, by whom and why. Advice, as a claim is: one whose approval
-- has ended is removed.
CREATE TABLE approval_assignment (
    approval_id UUID PRIMARY KEY REFERENCES approval (id), person_id UUID REFERENCES person (id), group_name TEXT,
    assigned_by UUID NOT NULL REFERENCES person (id), reason TEXT NOT NULL, assigned_at TIMESTAMPTZ NOT NULL,
    CHECK ((person_id IS NULL) <> (group_name IS NULL))
);
CREATE INDEX approval_assignment_by_person ON approval_assignment (person_id);
CREATE INDEX approval_assignment_by_group ON approval_assignment (group_name);
