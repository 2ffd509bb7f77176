-- An address that has an account is registered once more: what a log-in with the password just chosen
-- is checked against, too. Of an account that waits to be activated and of a decoy `kept_until` is
-- when it is forgotten.
ALTER TABLE account ADD COLUMN decoy BLOB;
ALTER TABLE account ADD COLUMN kept_until INTEGER NOT NULL DEFAULT 0;
UPDATE account SET kept_until = created + 4 * 24 * 3600 WHERE activated = 0;
DROP INDEX account_idle;
CREATE INDEX account_idle ON account (kept_until) WHERE activated = 0;
CREATE INDEX account_decoy ON account (kept_until) WHERE decoy IS NOT NULL;

CREATE INDEX report_closed ON report (closed) WHERE closed IS NOT NULL;
