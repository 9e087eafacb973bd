-- To whom an open follow-up was given. Advice, as an assignment of an approval is: whoever may resolve it still may.
ALTER TABLE follow_up ADD COLUMN assignee_id BLOB REFERENCES person (id);
CREATE INDEX follow_up_by_assignee ON follow_up (assignee_id, id) WHERE assignee_id IS NOT NULL;
