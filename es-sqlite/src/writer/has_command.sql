SELECT 1 FROM commands WHERE id = ?1
