//! What one application did is known to the other one's next answer, also if it stores nothing.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::*;

async fn two() -> (tempfile::TempDir, App, App) {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (start(folder.path()).await, start(folder.path()).await);
    set_up(&one, 0).await;
    (folder, one, other)
}

fn is_empty(answer: &Result<u64, CommandError<Empty>>) -> bool {
    matches!(answer, Err(error) if error.is_rejection())
}

#[tokio::test]
async fn a_rejection_is_decided_again_once_the_other_one_has_stored_something() {
    let (_folder, one, other) = two().await;
    for _ in 0..10 {
        assert!(is_empty(&take(&one).await) && is_empty(&take(&other).await));
        fill(&other, 2).await;
        assert_eq!(take(&one).await.unwrap(), 1);
        assert_eq!(take(&other).await.unwrap(), 0);
    }
    assert_eq!(load(&one).await, load(&other).await);
}

#[tokio::test]
async fn a_command_that_has_nothing_to_do_is_decided_again_too() {
    let (_folder, one, other) = two().await;
    let mut expected = load(&one).await.1.0;
    for _ in 0..10 {
        for app in [&one, &other] {
            app.commands().send(Close { stock: stock() }).await.unwrap();
        }
        fill(&other, 0).await;
        app_closes(&one).await;
        // Closed by the other one, filled, and closed.
        expected += 3;
        assert_eq!(load(&one).await.1.0, expected);
        fill(&other, 0).await;
        expected += 1;
    }
}

async fn app_closes(app: &App) {
    app.commands().send(Close { stock: stock() }).await.unwrap();
}

#[tokio::test]
async fn what_exists_for_the_other_one_is_not_created_twice() {
    let (_folder, one, other) = two().await;
    let again = other.commands().send(SetUp { stock: stock() }).await;
    assert!(matches!(again, Err(CommandError::AlreadyExists { .. })), "{again:?}");
    let new = || SetUp { stock: "nails".to_owned() };
    let missing = one.commands().send(Take { stock: "nails".to_owned() }).await;
    assert!(matches!(missing, Err(CommandError::NotFound { .. })), "{missing:?}");
    other.commands().send(new()).await.unwrap();
    let empty = one.commands().send(Take { stock: "nails".to_owned() }).await;
    assert!(is_empty(&empty), "{empty:?}");
}

#[tokio::test]
async fn a_rejection_waits_for_nobody_who_holds_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await;
    set_up(&app, 0).await;
    // A copy that nobody loads again for it.
    assert!(is_empty(&take(&app).await));
    load(&app).await;
    let other = rusqlite::Connection::open(folder.path().join("stock.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(is_empty(&take(&app).await));
    other.execute_batch("ROLLBACK").unwrap();
    stop(app).await;
}

/// Set in the second process: where the log is.
const FILLS: &str = "ES_SQLITE_FILLING_APPLICATION";
/// What the second process says when it is about to begin, and whenever it has filled the stock.
const DONE: &str = "done";

#[tokio::test]
async fn a_rejection_is_decided_again_once_another_process_has_stored_something() {
    if let Some(folder) = std::env::var_os(FILLS) {
        let app = start(Path::new(&folder)).await;
        println!("{DONE}");
        // Whenever it is told to, until there is nobody to tell it.
        for line in std::io::stdin().lines() {
            line.unwrap();
            fill(&app, 1).await;
            println!("{DONE}");
        }
        stop(app).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await;
    set_up(&app, 0).await;
    let test = "stale::a_rejection_is_decided_again_once_another_process_has_stored_something";
    let mut second = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FILLS, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut tell = second.stdin.take().unwrap();
    let mut says = BufReader::new(second.stdout.take().unwrap()).lines();
    let mut is_done = move || says.any(|line| line.unwrap() == DONE);
    assert!(is_done(), "it never came so far");
    for _ in 0..10 {
        assert!(is_empty(&take(&app).await));
        tell.write_all(b"fill\n").unwrap();
        assert!(is_done(), "it filled nothing");
        assert_eq!(take(&app).await.unwrap(), 0, "an answer from a stale copy");
    }
    drop(tell);
    assert!(second.wait().unwrap().success());
    stop(app).await;
}
