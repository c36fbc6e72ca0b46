-- The log, first version. Rows are written once and never changed; only `commands` forgets, and
-- `snapshots` keeps the last one of each stream.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Texts that many rows share: tenants, names of aggregates, events, commands and tags.
-- The empty text has number 0, which SQLite stores in no byte at all.
CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO names (id, name) VALUES (0, '');

-- A stream's version is the largest sequence of its events: one seek in `events_by_stream`.
-- A column for it would be a second truth, and a second row to write for every command.
CREATE TABLE streams (
    id        INTEGER PRIMARY KEY,
    tenant    INTEGER NOT NULL,
    aggregate INTEGER NOT NULL,
    key       TEXT NOT NULL,
    UNIQUE (tenant, aggregate, key)
) STRICT;

CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    stream      INTEGER,
    sequence    INTEGER,
    tenant      INTEGER NOT NULL,
    name        INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    id          BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    metadata    BLOB NOT NULL,
    payload     BLOB NOT NULL,
    checksum    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_stream ON events (stream, sequence);
CREATE UNIQUE INDEX events_by_id ON events (id);

-- The tag an event has by its own stream is not stored: `streams` knows it.
CREATE TABLE tags (
    key      INTEGER NOT NULL,
    value    TEXT NOT NULL,
    tenant   INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (key, value, tenant, position)
) STRICT, WITHOUT ROWID;

-- `first` and `last` are the positions of the command's events, empty if it stored none.
-- Generated ids begin with their time, so those that have had their time are a prefix of the
-- table; ids from outside come in any order and need the index.
CREATE TABLE commands (
    id           BLOB NOT NULL,
    tenant       INTEGER NOT NULL,
    name         INTEGER NOT NULL,
    target       INTEGER,
    first        INTEGER,
    last         INTEGER,
    from_outside INTEGER NOT NULL,
    is_rejection INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    reply        BLOB NOT NULL,
    PRIMARY KEY (id, tenant)
) STRICT, WITHOUT ROWID;
CREATE INDEX commands_from_outside ON commands (at) WHERE from_outside = 1;

-- The last snapshot of a stream, derived from its events: this table may be emptied at any time.
CREATE TABLE snapshots (
    stream   INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    event    BLOB NOT NULL,
    schema   INTEGER NOT NULL,
    payload  BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
