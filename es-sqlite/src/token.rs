use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use es_core::event::{EventId, Position};
use es_core::projection::{Token, TokenKey};
use es_core::store::LogId;

/// Reads a token.
pub(crate) fn load(connection: &Connection, key: &TokenKey) -> rusqlite::Result<Option<Token>> {
    connection
        .prepare_cached(include_str!("token/load.sql"))?
        .query_row(params![key.processor, key.version, key.segment, key.partition.0], token)
        .optional()
}

/// Writes a token; the caller has looked at the old one in the same transaction.
pub(crate) fn store(
    connection: &Connection,
    key: &TokenKey,
    token: &Token,
) -> rusqlite::Result<()> {
    connection.prepare_cached(include_str!("token/store.sql"))?.execute(params![
        key.processor,
        key.version,
        key.segment,
        key.partition.0,
        token.log.0.as_bytes(),
        integer(token.position.0),
        token.event.map(|event| *event.0.as_bytes()),
        integer(token.replay_until.0),
        integer(token.fence),
    ])?;
    Ok(())
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let event: Option<[u8; 16]> = row.get(2)?;
    Ok(Token {
        log: LogId(Uuid::from_bytes(row.get(0)?)),
        position: Position(unsigned(row.get(1)?)),
        event: event.map(|bytes| EventId(Uuid::from_bytes(bytes))),
        replay_until: Position(unsigned(row.get(3)?)),
        fence: unsigned(row.get(4)?),
    })
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
