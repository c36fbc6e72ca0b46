SELECT position, name, revision, id, recorded_at, metadata, payload, checksum,
       sequence, stream, tenant
FROM events
WHERE position > ?1 AND position <= ?2
ORDER BY position
