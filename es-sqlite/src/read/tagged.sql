SELECT position
FROM tags
WHERE key = ?1 AND value = ?2 AND tenant = ?3 AND position > ?4 AND position <= ?5
ORDER BY position
LIMIT ?6
