SELECT position, name, revision, id, recorded_at, metadata, payload, checksum,
       stream, sequence, tenant
FROM events
WHERE position = ?1
