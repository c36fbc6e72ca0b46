//! To forget old commands is housekeeping: where it fails, the log goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use es_core::event::CommandId;
use es_core::store::{EventStore, Expected};
use es_sqlite::SqliteLog;
use support::{append, batch, command, fill, open, order, read_all};

/// What a damaged index or a full disk would do to the deletion, without doing it to the rest.
const FAIL: &str = "CREATE TRIGGER fail BEFORE DELETE ON commands
    BEGIN SELECT RAISE(FAIL, 'it cannot be deleted'); END";

#[tokio::test]
async fn commands_are_accepted_while_old_ones_cannot_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log = open(&path);
    let stream = order("o-1");
    let mut remembered = batch(&stream, Expected::NoStream, 1);
    remembered.command = Some(command(CommandId::generate(), &stream));
    append(&log, remembered).await.unwrap();
    log.close().await;

    let url = format!("sqlite:{}?remember_outside_s=0", path.display());
    let log = SqliteLog::open_url(&url).unwrap();
    // Behind the back of the open log, which would not open with it.
    let by_hand = rusqlite::Connection::open(&path).unwrap();
    by_hand.execute_batch(FAIL).unwrap();
    let remembered = || {
        let count = "SELECT count(*) FROM commands";
        by_hand.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    fill(&log, "later", 3).await;
    assert_eq!((read_all(&log).await.unwrap().len(), remembered()), (4, 1));
    log.close().await;

    by_hand.execute_batch("DROP TRIGGER fail").unwrap();
    let log = SqliteLog::open_url(&url).unwrap();
    fill(&log, "last", 1).await;
    log.close().await;
    assert_eq!(remembered(), 0);
}
