SELECT tenant, aggregate, key FROM streams WHERE id = ?1
