//! One of two processes is killed while both send: the other one goes on.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use tokio::task::JoinSet;

use super::*;

/// Set in the second process: where the log is.
const KILLED: &str = "ES_SQLITE_KILLED_APPLICATION";
/// More than anybody can take.
const PIECES: u64 = 1_000_000;
/// The second process is killed after so many answers.
const ANSWERS: usize = 40;
const AT_ONCE: usize = 4;

/// Takes a piece, however often the other process is faster.
async fn take_surely(commands: &CommandGateway) -> u64 {
    loop {
        match commands.send(Take { stock: stock() }).await {
            Ok(left) => return left,
            Err(CommandError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Takes pieces until it is killed, and says how many were left each time.
async fn take_for_ever(app: &App) {
    let mut taking = JoinSet::new();
    for _ in 0..AT_ONCE {
        let commands = app.commands();
        taking.spawn(async move {
            loop {
                println!("left {}", take_surely(&commands).await);
            }
        });
    }
    taking.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_killed_one_acknowledged_is_stored_and_the_other_one_loses_nothing() {
    if let Some(folder) = std::env::var_os(KILLED) {
        let app = start(Path::new(&folder)).await;
        take_for_ever(&app).await;
        return;
    }
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        kill_one(folder.path()).await;
    }
}

async fn kill_one(folder: &Path) {
    let app = start(folder).await;
    set_up(&app, PIECES).await;
    let test = "killed::what_the_killed_one_acknowledged_is_stored_and_the_other_one_loses_nothing";
    let mut second = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(KILLED, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let says = BufReader::new(second.stdout.take().unwrap()).lines();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let reading = tokio::task::spawn_blocking(move || {
        let (mut told, mut begun) = (Vec::new(), Some(begun));
        for line in says.map_while(Result::ok) {
            // A line is written at once, so none is cut off.
            told.extend(line.strip_prefix("left ").and_then(|left| left.parse::<u64>().ok()));
            if let Some(begun) = begun.take_if(|_| !told.is_empty()) {
                begun.send(()).unwrap();
            }
            if told.len() == ANSWERS {
                second.kill().unwrap();
            }
        }
        second.wait().unwrap();
        told
    });
    has_begun.await.unwrap();
    let (commands, mut own) = (app.commands(), Vec::new());
    while !reading.is_finished() {
        own.push(take_surely(&commands).await);
    }
    let told = reading.await.unwrap();
    own.push(take_surely(&commands).await);
    assert!(told.len() >= ANSWERS, "it ended by itself");

    let all: BTreeSet<_> = own.iter().chain(&told).collect();
    assert_eq!(all.len(), own.len() + told.len(), "one piece was taken twice");
    let (pieces, version) = load(&app).await;
    assert_eq!(Some(&pieces), own.last());
    let gone = usize::try_from(PIECES - pieces).unwrap();
    assert_eq!(version.0, PIECES - pieces + 1);
    // What was under way when it was killed may be stored or not.
    assert!((all.len()..=all.len() + AT_ONCE).contains(&gone), "{gone} of {}", all.len());
    stop(app).await;
}
