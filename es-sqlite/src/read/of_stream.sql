SELECT position
FROM events
WHERE stream = ?1 AND position > ?2 AND position <= ?3
ORDER BY sequence
LIMIT ?4
