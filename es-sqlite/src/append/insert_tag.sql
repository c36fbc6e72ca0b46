INSERT OR IGNORE INTO tags (key, value, tenant, position) VALUES (?1, ?2, ?3, ?4)
