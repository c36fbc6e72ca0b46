DELETE FROM tags WHERE key = ?1 AND value = ?2 AND tenant = ?3 AND position = ?4
