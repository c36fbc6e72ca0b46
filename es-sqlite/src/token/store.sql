INSERT INTO tokens (processor, version, segment, partition, log, position, event, replay_until, fence)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (processor, version, segment, partition) DO UPDATE SET
    log = excluded.log,
    position = excluded.position,
    event = excluded.event,
    replay_until = excluded.replay_until,
    fence = excluded.fence
