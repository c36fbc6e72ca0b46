SELECT log, position, event, replay_until, fence
FROM tokens
WHERE processor = ?1 AND version = ?2 AND segment = ?3 AND partition = ?4
