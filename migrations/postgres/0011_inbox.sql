-- Nothing: the inbox of checks is SQLite's alone. PostgreSQL's writers do not wait for each other.
SELECT 1;
