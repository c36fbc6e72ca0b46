SELECT id FROM names WHERE name = ?1
