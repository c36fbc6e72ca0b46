SELECT max(sequence) FROM events WHERE stream = ?1
