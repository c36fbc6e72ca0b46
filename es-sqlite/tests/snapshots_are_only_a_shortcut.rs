//! Snapshots in a file: they survive a restart, and nothing done to them by hand does any harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::path::PathBuf;
use std::time::Duration;

use es_core::event::{StreamId, Tenant};
use es_core::prelude::*;
use es_core::store::{ReadError, Snapshot};
use es_sqlite as _;
use rusqlite::Connection;
use tempfile::TempDir;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    #[target]
    pub counter: String,
    pub times: usize,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Counted {
    pub counter: String,
}

#[aggregate(snapshot_every = 4)]
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Counter {
    #[aggregate_identifier]
    pub counter: String,
    pub count: u64,
}

#[aggregate]
impl Counter {
    #[command_handler]
    fn count(_counter: Option<&Self>, command: Count) -> Vec<Counted> {
        vec![Counted { counter: command.counter }; command.times]
    }

    #[event_sourcing_handler]
    fn on_counted(&mut self, event: &Counted) {
        self.counter.clone_from(&event.counter);
        self.count += 1;
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("counters.db")
}

async fn start(folder: &TempDir) -> App {
    let url = format!("sqlite:{}", path(folder).display());
    App::builder().store(url.as_str()).only::<Counter>().start().await.unwrap()
}

async fn stop(app: App) {
    app.shutdown(Duration::from_secs(10)).await.unwrap();
}

fn count(times: usize) -> Count {
    Count { counter: "a".to_owned(), times }
}

async fn snapshot(app: &App) -> Result<Option<Snapshot>, ReadError> {
    let stream = StreamId::new(&Tenant::default(), "Counter", "a").unwrap();
    app.log().snapshot(&stream).await
}

async fn counted(app: &App) -> u64 {
    app.repository::<Counter>().load(&"a".to_owned()).await.unwrap().count
}

fn rows(folder: &TempDir) -> i64 {
    let connection = Connection::open(path(folder)).unwrap();
    connection.query_row("SELECT count(*) FROM snapshots", [], |row| row.get(0)).unwrap()
}

fn edit_snapshots(folder: &TempDir, edit: &str) {
    Connection::open(path(folder)).unwrap().execute_batch(edit).unwrap();
}

#[tokio::test]
async fn one_rides_with_the_next_commit_and_is_found_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    app.commands().send(count(4)).await.unwrap();
    assert_eq!(snapshot(&app).await.unwrap().unwrap().sequence, Sequence(3));
    assert_eq!(rows(&folder), 0, "no flush was spent on it");
    app.commands().send(count(1)).await.unwrap();
    assert_eq!(rows(&folder), 1);
    assert_eq!(snapshot(&app).await.unwrap().unwrap().sequence, Sequence(3));
    stop(app).await;
}

#[tokio::test]
async fn one_that_still_waits_is_written_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    app.commands().send(count(4)).await.unwrap();
    let taken = snapshot(&app).await.unwrap();
    stop(app).await;
    assert_eq!(rows(&folder), 1);
    let app = start(&folder).await;
    assert_eq!(snapshot(&app).await.unwrap(), taken);
    assert_eq!(counted(&app).await, 4);
    stop(app).await;
}

#[tokio::test]
async fn a_row_edited_by_hand_is_ignored() {
    for edit in [
        r#"payload = CAST('{"counter":"a","count":1000}' AS BLOB)"#,
        "payload = zeroblob(0)",
        "sequence = sequence - 1",
        "sequence = sequence + 1000",
        "sequence = -1",
        "event = zeroblob(16)",
        "event = zeroblob(3)",
        "schema = schema + 1",
        "checksum = checksum + 1",
        "checksum = -1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let app = start(&folder).await;
        app.commands().send(count(6)).await.unwrap();
        stop(app).await;
        edit_snapshots(&folder, &format!("UPDATE snapshots SET {edit}"));
        let app = start(&folder).await;
        let damaged = snapshot(&app).await;
        assert!(matches!(damaged, Err(ReadError::DamagedSnapshot { .. })), "{edit}");
        assert_eq!(counted(&app).await, 6, "{edit}");
        app.commands().send(count(1)).await.unwrap();
        assert_eq!(counted(&app).await, 7, "{edit}");
        let healed = snapshot(&app).await.unwrap().unwrap();
        assert_eq!(healed.sequence, Sequence(5), "the load took a new one: {edit}");
        stop(app).await;
    }
}

#[tokio::test]
async fn a_row_moved_to_another_stream_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    app.commands().send(Count { counter: "b".to_owned(), times: 1 }).await.unwrap();
    app.commands().send(count(4)).await.unwrap();
    stop(app).await;
    let moved = "UPDATE snapshots SET stream = (SELECT id FROM streams WHERE key = 'b')";
    edit_snapshots(&folder, moved);
    let app = start(&folder).await;
    let b = app.repository::<Counter>().load(&"b".to_owned()).await.unwrap();
    assert_eq!((b.count, b.counter.as_str()), (1, "b"));
    stop(app).await;
}

#[tokio::test]
async fn a_table_emptied_or_dropped_by_hand_costs_snapshots_alone() {
    for edit in ["DELETE FROM snapshots", "DROP TABLE snapshots"] {
        let folder = tempfile::tempdir().unwrap();
        let app = start(&folder).await;
        app.commands().send(count(6)).await.unwrap();
        stop(app).await;
        edit_snapshots(&folder, edit);
        let app = start(&folder).await;
        for _ in 0..3 {
            app.commands().send(count(3)).await.unwrap();
        }
        assert_eq!(counted(&app).await, 15, "{edit}");
        stop(app).await;
        let app = start(&folder).await;
        assert_eq!(counted(&app).await, 15, "{edit}");
        stop(app).await;
    }
}

#[tokio::test]
async fn a_table_emptied_while_the_application_runs_costs_snapshots_alone() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    app.commands().send(count(6)).await.unwrap();
    app.commands().send(count(1)).await.unwrap();
    edit_snapshots(&folder, "DELETE FROM snapshots");
    assert!(snapshot(&app).await.unwrap().is_none());
    app.commands().send(count(1)).await.unwrap();
    assert_eq!(counted(&app).await, 8);
    assert_eq!(snapshot(&app).await.unwrap().unwrap().sequence, Sequence(7));
    stop(app).await;
}
