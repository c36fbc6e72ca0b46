SELECT position, name, revision, id, recorded_at, metadata, payload, checksum,
       sequence
FROM events
WHERE stream = ?1 AND sequence >= ?2
ORDER BY sequence
LIMIT ?3
