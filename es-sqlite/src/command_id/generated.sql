SELECT id, tenant, from_outside = 0 AND at < ?3
FROM commands
WHERE id > ?1 AND id < ?2
ORDER BY id
LIMIT ?4
