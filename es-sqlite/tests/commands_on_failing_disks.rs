//! Every call to a disk fails once under an application's commands: each answer is true, and a
//! command that is sent again under its id takes effect once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

#[path = "two_applications/domain.rs"]
mod domain;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_faults::{Call, Crash, Disk, Fault};
use es_sqlite as _;

use domain::*;

const PIECES: u64 = 100;
const COMMANDS: u64 = 6;
const PATIENCE: Duration = Duration::from_secs(20);

type Answer = Result<u64, CommandError<Empty>>;

struct World {
    name: String,
    disk: Disk,
    folder: tempfile::TempDir,
}

impl World {
    fn new(name: String) -> Self {
        let disk = Disk::register(&name).unwrap();
        Self { name, disk, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("stock.db")
    }

    /// An application on the disk that fails.
    async fn start(&self) -> App {
        let options = format!("?vfs={}&busy_timeout_ms=300", self.name);
        let app = start(&self.path(), &options).await;
        app.commands().send(SetUp { stock: stock() }).await.unwrap();
        app.commands().send(Fill { stock: stock(), pieces: PIECES }).await.unwrap();
        app
    }
}

async fn start(path: &Path, options: &str) -> App {
    let url = format!("sqlite:{}{options}", path.display());
    App::builder().store(url.as_str()).only::<Stock>().start().await.unwrap()
}

async fn stop(app: App) {
    app.shutdown(PATIENCE).await.unwrap();
}

fn stock() -> String {
    "screws".to_owned()
}

/// Takes a piece with every id at the same time; gives the answers in their order.
async fn take_all(app: &App, ids: &[CommandId]) -> Vec<Answer> {
    let taking: Vec<_> = ids
        .iter()
        .map(|id| {
            let (commands, dispatch) = (app.commands(), Dispatch::new().id(*id));
            tokio::spawn(async move { commands.send_with(Take { stock: stock() }, dispatch).await })
        })
        .collect();
    let mut answers = Vec::new();
    for taking in taking {
        let answer = tokio::time::timeout(PATIENCE, taking).await.expect("everybody is answered");
        answers.push(answer.unwrap());
    }
    answers
}

/// As many are gone as were told, and perhaps some of which nobody knows.
async fn answers_are_true(app: &App, answers: &[Answer]) -> Result<(), String> {
    let gone = PIECES - app.repository::<Stock>().load(&stock()).await.unwrap().pieces;
    let told = answers.iter().filter(|answer| answer.is_ok()).count() as u64;
    let unknown = |answer: &&Answer| matches!(answer, Err(CommandError::OutcomeUnknown { .. }));
    let unknown = answers.iter().filter(unknown).count() as u64;
    if (told..=told + unknown).contains(&gone) {
        return Ok(());
    }
    Err(format!("{gone} are gone, {told} were told, {unknown} are unknown: {answers:?}"))
}

/// Sends everything again: what was answered stays, what was not takes effect now, each once.
async fn again_is_once(app: &App, ids: &[CommandId], answers: &[Answer]) -> Result<(), String> {
    let second = take_all(app, ids).await;
    let mut left = BTreeSet::new();
    for (first, second) in answers.iter().zip(&second) {
        let second = second.as_ref().map_err(|error| format!("sent again: {error}"))?;
        left.insert(*second);
        match first {
            Ok(first) if first != second => return Err(format!("{first} became {second}")),
            Err(error) if !error.is_retryable() && !is_unknown(error) => {
                return Err(format!("it says that nobody should try again: {error}"));
            }
            _ => {}
        }
    }
    let expected: BTreeSet<_> = (PIECES - COMMANDS..PIECES).collect();
    if left == expected { Ok(()) } else { Err(format!("the answers are {left:?}")) }
}

fn is_unknown(error: &CommandError<Empty>) -> bool {
    matches!(error, CommandError::OutcomeUnknown { .. })
}

/// Plays the commands with a fault; gives how many calls were struck.
async fn play(name: String, fault: Fault, crash: Option<Crash>) -> Result<u64, String> {
    let world = World::new(name);
    let mut app = world.start().await;
    let ids: Vec<_> = (0..COMMANDS).map(|_| CommandId::generate()).collect();
    world.disk.fail(fault);
    let answers = take_all(&app, &ids).await;
    let struck = world.disk.struck();
    if let Some(crash) = crash {
        world.disk.crash(crash).unwrap();
    }
    world.disk.heal();
    if crash.is_some() {
        stop(app).await;
        app = start(&world.path(), "").await;
    }
    answers_are_true(&app, &answers).await?;
    again_is_once(&app, &ids, &answers).await?;
    stop(app).await;
    Ok(struck)
}

/// Strikes the first call, then the second, until a run gets through.
async fn strike_each(name: &str, fault: impl Fn() -> Fault, crash: Option<Crash>) -> u64 {
    for nth in 1.. {
        let played = play(format!("commands-{name}-{nth}"), fault().nth(nth), crash).await;
        match played.unwrap_or_else(|what| panic!("{name}, call {nth}: {what}")) {
            0 => return nth - 1,
            _ => continue,
        }
    }
    unreachable!("some run gets through")
}

#[tokio::test]
async fn every_call_fails_once() {
    let struck = strike_each("any", Fault::anywhere, None).await;
    assert!(struck > 10, "six commands make more calls than {struck}");
}

#[tokio::test]
async fn every_call_fails_once_and_then_the_power() {
    strike_each("cut", Fault::anywhere, Some(Crash::LoseUnsynced)).await;
}

#[tokio::test]
async fn every_call_of_a_kind_fails_until_the_disk_is_healed() {
    for call in [Call::Write, Call::Sync, Call::Lock, Call::Shm] {
        let name = format!("ever-{call:?}");
        strike_each(&name, || Fault::on(call).forever(), None).await;
    }
}

#[tokio::test]
async fn a_disk_that_lies_about_a_flush_is_found() {
    let lies = Fault::lying_flush().forever();
    let found = play("commands-lie".to_owned(), lies, Some(Crash::LoseUnsynced)).await;
    let found = found.unwrap_err();
    assert!(found.starts_with("0 are gone, 6 were told"), "{found}");
}
