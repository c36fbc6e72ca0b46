SELECT position, stream, sequence, tenant, name, revision, id, recorded_at, metadata, payload,
       checksum
FROM events
WHERE position = ?1
