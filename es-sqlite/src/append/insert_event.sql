INSERT INTO events (position, stream, sequence, tenant, name, revision, id, recorded_at, metadata,
                    payload, checksum)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
