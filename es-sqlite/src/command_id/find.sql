SELECT name, target, first, last, from_outside, reply, at, is_rejection
FROM commands
WHERE id = ?1 AND tenant = ?2
