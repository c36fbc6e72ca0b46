-- The read side, first version. Each view of each version of a processor has a table of its own
-- beside these; `view/table.rs` makes it.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers the flushes. A row's hidden version is the flush that wrote it last, so that a row which
-- was deleted and written again is not taken for the old one.
INSERT INTO meta (key, value) VALUES ('flush', 0);

CREATE TABLE tokens (
    processor    TEXT NOT NULL,
    version      TEXT NOT NULL,
    segment      INTEGER NOT NULL,
    partition    INTEGER NOT NULL,
    log          BLOB NOT NULL,
    position     INTEGER NOT NULL,
    event        BLOB,
    replay_until INTEGER NOT NULL,
    fence        INTEGER NOT NULL,
    PRIMARY KEY (processor, version, segment, partition)
) STRICT, WITHOUT ROWID;
