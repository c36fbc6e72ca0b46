INSERT OR REPLACE INTO snapshots (stream, sequence, event, schema, payload, checksum)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
