INSERT INTO commands (id, tenant, name, target, first, last, from_outside, at, reply)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
