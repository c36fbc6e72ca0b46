INSERT INTO names (name) VALUES (?1)
