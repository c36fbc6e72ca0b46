SELECT name FROM names WHERE id = ?1
