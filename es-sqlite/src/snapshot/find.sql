SELECT sequence, event, schema, payload, checksum FROM snapshots WHERE stream = ?1
