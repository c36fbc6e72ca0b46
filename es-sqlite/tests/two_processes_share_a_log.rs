#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use es_core::event::{Position, Sequence};
use es_core::store::{AppendError, EventStore, Expected};
use es_sqlite::SqliteLog;
use support::{append, batch, fill, head, open, order, read_all, read_stream};

/// Set in the second process: where the log is.
const SECOND: &str = "ES_SQLITE_SECOND_PROCESS";
const EACH: usize = 150;

fn start_second(test: &str, path: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture"]).env(SECOND, path).stdout(Stdio::null());
    command.spawn().unwrap()
}

/// Adds events to one stream, each decided on the version that was read before.
async fn contend(log: &SqliteLog) -> usize {
    let stream = order("contended");
    let mut conflicts = 0;
    for _ in 0..EACH {
        loop {
            let events = read_stream(log, &stream).await.unwrap();
            let last = events.last().and_then(|event| event.sequence());
            let expected = last.map_or(Expected::NoStream, Expected::Exact);
            match append(log, batch(&stream, expected, 1)).await {
                Ok(_) => break,
                Err(AppendError::Conflict { .. }) => conflicts += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    conflicts
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_lose_and_double_nothing() {
    if let Some(path) = std::env::var_os(SECOND) {
        let log = open(Path::new(&path));
        contend(&log).await;
        log.close().await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log = open(&path);
    let mut second = start_second("two_processes_lose_and_double_nothing", &path);
    contend(&log).await;
    assert!(second.wait().unwrap().success());
    let events = read_stream(&log, &order("contended")).await.unwrap();
    let sequences: Vec<u64> = events.iter().map(|event| event.sequence().unwrap().0).collect();
    assert_eq!(sequences, (0..2 * EACH as u64).collect::<Vec<_>>());
    let positions: Vec<u64> =
        read_all(&log).await.unwrap().iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=2 * EACH as u64).collect::<Vec<_>>());
}

/// Whether this process has a lock on a file; the system tells only on Linux.
#[cfg(target_os = "linux")]
fn is_locked_here(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let process = std::process::id().to_string();
    let file = format!(":{}", std::fs::metadata(path).unwrap().ino());
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    locks.lines().any(|lock| {
        let fields: Vec<_> = lock.split_whitespace().collect();
        fields[4] == process && fields[5].ends_with(&file)
    })
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_opened_again_keeps_its_lock_so_that_nobody_removes_its_write_ahead_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log = open(&path);
    assert!(is_locked_here(&path));
    open(&path).close().await;
    assert!(is_locked_here(&path));
    log.close().await;
    assert!(!is_locked_here(&path));
}

#[tokio::test]
async fn a_cache_that_another_writer_made_stale_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let (first, second) = (open(&path), open(&path));
    let stream = order("o-1");
    append(&first, batch(&stream, Expected::NoStream, 1)).await.unwrap();
    append(&second, batch(&stream, Expected::Exact(Sequence(0)), 1)).await.unwrap();
    // An answer that stores nothing is checked as well.
    let mut nothing = batch(&stream, Expected::Exact(Sequence(0)), 0);
    nothing.events.clear();
    let stale = append(&first, nothing).await;
    assert!(matches!(stale, Err(AppendError::Conflict { actual: Some(Sequence(1)), .. })));
    append(&first, batch(&stream, Expected::Exact(Sequence(1)), 1)).await.unwrap();
    assert_eq!(head(&second).await, 3);
}

#[tokio::test]
async fn who_waits_is_woken_by_another_processes_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let (first, second) = (open(&path), open(&path));
    let mut committed = first.committed();
    fill(&second, "o", 3).await;
    committed.wait_for(|head| *head == Position(3)).await.unwrap();
}

#[tokio::test]
async fn a_log_that_stays_locked_is_busy_and_goes_on_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log =
        SqliteLog::open_url(&format!("sqlite:{}?busy_timeout_ms=50", path.display())).unwrap();
    fill(&log, "before", 1).await;
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = append(&log, batch(&order("o-1"), Expected::NoStream, 1)).await;
    assert!(matches!(refused, Err(AppendError::Busy)), "{refused:?}");
    assert_eq!(head(&log).await, 1, "reading waits for nobody");
    other.execute_batch("ROLLBACK").unwrap();
    append(&log, batch(&order("o-1"), Expected::NoStream, 1)).await.unwrap();
    assert_eq!(head(&log).await, 2);
}
