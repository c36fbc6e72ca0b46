SELECT id, tenant FROM commands WHERE from_outside = 1 AND at < ?1 ORDER BY at LIMIT ?2
