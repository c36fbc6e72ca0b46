SELECT id FROM events WHERE position = ?1
