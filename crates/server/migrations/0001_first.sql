CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL,
    password BLOB NOT NULL,
    language TEXT NOT NULL,
    created INTEGER NOT NULL,
    activated INTEGER NOT NULL,
    suspended TEXT,
    suspension_told INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX account_untold ON account (id) WHERE suspension_told = 0;
CREATE INDEX account_idle ON account (created) WHERE activated = 0;

-- A code has the id of its mail; code and token are derived from it under the pepper.
CREATE TABLE code (
    mail BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    username TEXT,
    password BLOB NOT NULL,
    secret BLOB NOT NULL,
    tries INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX code_email ON code (email, purpose, created);
CREATE INDEX code_account ON code (account);
CREATE INDEX code_expires ON code (expires);

CREATE TABLE session (
    id BLOB PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account, created);
CREATE INDEX session_used ON session (used);

CREATE TABLE outbox (
    id BLOB PRIMARY KEY,
    wanted TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    username TEXT,
    password BLOB NOT NULL,
    secret BLOB NOT NULL,
    created INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    letter TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (next_try);

CREATE TABLE block (
    id BLOB PRIMARY KEY,
    blocker INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    name TEXT NOT NULL,
    date INTEGER NOT NULL,
    UNIQUE (blocker, digest)
) STRICT;

-- Reports outlive the accounts that they name.
CREATE TABLE report (
    id BLOB PRIMARY KEY,
    reporter INTEGER NOT NULL,
    reported INTEGER NOT NULL,
    match_id BLOB NOT NULL,
    offence TEXT NOT NULL,
    note TEXT NOT NULL,
    created INTEGER NOT NULL,
    closed INTEGER
) STRICT;
CREATE INDEX report_created ON report (created);
CREATE INDEX report_reporter ON report (reporter, created);

CREATE TABLE report_message (
    report BLOB NOT NULL REFERENCES report (id) ON DELETE CASCADE,
    by_role TEXT NOT NULL,
    number INTEGER NOT NULL,
    message TEXT NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    proved INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (report, by_role, number)
) STRICT;

CREATE TABLE report_piece (
    report BLOB NOT NULL REFERENCES report (id) ON DELETE CASCADE,
    by_role TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (report, by_role, number, at)
) STRICT;

CREATE TABLE tombstone (
    match_id BLOB PRIMARY KEY,
    over TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX tombstone_created ON tombstone (created);

CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
