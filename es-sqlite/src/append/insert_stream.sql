INSERT OR IGNORE INTO streams (tenant, aggregate, key) VALUES (?1, ?2, ?3)
