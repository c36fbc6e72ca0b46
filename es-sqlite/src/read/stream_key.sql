SELECT id FROM streams WHERE tenant = ?1 AND aggregate = ?2 AND key = ?3
