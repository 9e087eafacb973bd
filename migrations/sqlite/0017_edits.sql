-- What reviewers let run instead of what was asked for, as gate checks need it.
ALTER TABLE approval ADD COLUMN edited_input TEXT;
