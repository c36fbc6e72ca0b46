DELETE FROM commands WHERE id = ?1 AND tenant = ?2
