-- Only adds: the revision before runs on with it.
ALTER TABLE books ADD COLUMN author text;
