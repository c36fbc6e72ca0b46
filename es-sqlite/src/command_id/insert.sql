INSERT INTO commands
    (id, tenant, name, target, first, last, from_outside, at, reply, is_rejection)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
