//! Two processes send to one aggregate at the same time.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use tokio::task::JoinSet;

use super::*;

/// Set in the second process: where the log is.
const SECOND: &str = "ES_SQLITE_SECOND_APPLICATION";
/// What the second process says when it is about to send.
const READY: &str = "ready";
/// The commands of each process; half of them have the ids that the other process sends too.
const EACH: u64 = 120;
const PIECES: u64 = 150;

/// Takes pieces, eight at a time; gives for each id how many were left, or none for `Empty`.
async fn take_many(app: &App, who: &str) -> Vec<(String, Option<u64>)> {
    let mut told = Vec::new();
    let mut taking = JoinSet::new();
    for number in 0..EACH {
        let key =
            if number % 2 == 0 { format!("both {number}") } else { format!("{who} {number}") };
        let commands = app.commands();
        taking.spawn(async move {
            loop {
                let dispatch = Dispatch::new().id(CommandId::from_key(&key));
                match commands.send_with(Take { stock: stock() }, dispatch).await {
                    Ok(left) => return (key, Some(left)),
                    Err(error) if error.is_rejection() => return (key, None),
                    // Asked again under the same id.
                    Err(error) => assert!(error.is_retryable(), "{error}"),
                }
            }
        });
        if taking.len() == 8 {
            told.push(taking.join_next().await.unwrap().unwrap());
        }
    }
    told.extend(taking.join_all().await);
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_acknowledged_once_and_no_update_is_lost() {
    if let Some(folder) = std::env::var_os(SECOND) {
        let app = start(Path::new(&folder)).await;
        println!("{READY}");
        let told = take_many(&app, "second").await;
        stop(app).await;
        let told = serde_json::to_vec(&told).unwrap();
        std::fs::write(Path::new(&folder).join("told"), told).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await;
    set_up(&app, PIECES).await;
    let test = "contended::every_command_is_acknowledged_once_and_no_update_is_lost";
    let mut second = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(SECOND, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut says = BufReader::new(second.stdout.take().unwrap()).lines();
    assert!(says.any(|line| line.unwrap() == READY), "it never came so far");
    let first = take_many(&app, "first").await;
    assert!(second.wait().unwrap().success());
    let told = std::fs::read(folder.path().join("told")).unwrap();
    let second: Vec<(String, Option<u64>)> = serde_json::from_slice(&told).unwrap();
    assert_eq!((first.len() as u64, second.len() as u64), (EACH, EACH));

    // Who sends the same id gets the same answer, unless it was none: that is decided anew.
    let stored: BTreeSet<_> =
        first.iter().chain(&second).filter(|(_, left)| left.is_some()).collect();
    let ids: BTreeSet<_> = stored.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), stored.len(), "one id has two answers");
    // Every piece was taken once: each answer is there once, and none is missing.
    let mut left: Vec<_> = stored.iter().filter_map(|(_, left)| *left).collect();
    left.sort_unstable();
    assert_eq!(left, (0..PIECES).collect::<Vec<_>>());
    assert_eq!(load(&app).await, (0, Sequence(PIECES + 1)));
    stop(app).await;
}
