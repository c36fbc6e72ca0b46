//! `kill -9` at any moment: each event counts once, in views and in SQL written by hand.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::domain::LedgerTotals;
use super::*;

/// Set in the process that is to be killed: where its files are.
const FOLDER: &str = "ES_READ_SIDE_KILLED";
const SHEETS: u64 = 3;
const ROUNDS: u64 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_handled_exactly_once_after_a_kill() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return work_until_killed(Path::new(&folder)).await;
    }
    let world = World::new();
    for round in 0..ROUNDS {
        kill_after(world.folder.path(), 20 + 37 * round);
        let app = world.start().await;
        let head = app.log().head(Default::default()).await.unwrap();
        let token = CommitToken::new(Default::default(), head, Vec::new());
        let (mut counts, mut begun) = (0, 0);
        for sheet in 0..SHEETS {
            let sheet = sheet.to_string();
            let tally = tally(&app, &sheet, &token).await;
            begun += u64::from(tally.is_some());
            counts += tally.map_or(0, |tally| tally.counts);
        }
        let stored = head.0 - begun;
        app.projection::<Ledger>().caught_up(&token, LONG).await.unwrap();
        assert_eq!(counts, stored, "each event is one count, in round {round}");
        let (lines, _) = app.queries().query(LedgerTotals {}).await.unwrap();
        assert_eq!(lines, stored, "each event is one line, in round {round}");
        app.shutdown(LONG).await.unwrap();
    }
}

fn kill_after(folder: &Path, commands: u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::every_event_is_handled_exactly_once_after_a_kill"])
        .arg("--nocapture")
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let stored = lines.filter(|line| line.contains("stored")).take(commands as usize).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(stored as u64, commands, "the process ended by itself");
}

async fn work_until_killed(folder: &Path) {
    let app = try_start(&folder.join("orders.db")).await.unwrap();
    for number in 0_u64.. {
        count(&app, &(number % SHEETS).to_string(), 1).await;
        println!("stored");
    }
}
