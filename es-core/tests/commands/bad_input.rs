//! Handlers that misbehave and callers in a hurry: one clear error each, nothing lost, and the next
//! command works.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use es_core::app::AppBuilder;
use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::runtime::Limits;
use tokio::task::JoinSet;

use super::domain::*;
use super::logs::{Gate, GatedLog};
use super::poll_once;

/// Where a handler waits without awaiting, until the test opens it.
#[derive(Debug, Clone, Default)]
pub struct Barrier(Arc<(Mutex<(bool, bool)>, Condvar)>);

impl Barrier {
    fn wait(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.0 = true;
        changed.notify_all();
        let _open = changed.wait_while(state, |(_, is_open)| !*is_open).unwrap();
    }

    /// Waits until somebody waits.
    async fn until_reached(&self) {
        while !self.0.0.lock().unwrap().0 {
            tokio::task::yield_now().await;
        }
    }

    fn open(&self) {
        self.0.0.lock().unwrap().1 = true;
        self.0.1.notify_all();
    }
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct MakeJar {
    #[target]
    pub jar: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct DropOne {
    #[target]
    pub jar: String,
}

/// Never returns, or not before somebody opens the barrier.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Block {
    #[target]
    pub jar: String,
    #[serde(skip)]
    pub barrier: Barrier,
}

/// Awaits what never comes.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct AwaitForEver {
    #[target]
    pub jar: String,
}

/// Panics after it has applied.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct DropAndBreak {
    #[target]
    pub jar: String,
}

/// The same after an await.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct DropAndBreakLater {
    #[target]
    pub jar: String,
}

/// Refuses after it has applied.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct DropAndRefuse {
    #[target]
    pub jar: String,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("there would be {coins} coins")]
pub struct TooMany {
    coins: u64,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct JarMade {
    pub jar: String,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Dropped {}

#[aggregate]
pub struct Jar {
    #[aggregate_identifier]
    pub jar: String,
    pub coins: u64,
}

#[aggregate]
impl Jar {
    #[command_handler]
    fn make(command: MakeJar) -> JarMade {
        JarMade { jar: command.jar }
    }

    #[command_handler]
    fn drop_one(&self, _: DropOne) -> Dropped {
        Dropped {}
    }

    #[command_handler]
    fn block(&self, command: Block) -> Dropped {
        command.barrier.wait();
        Dropped {}
    }

    #[command_handler]
    async fn await_for_ever(jar: &mut Root<Self>, _: AwaitForEver) {
        jar.apply(Dropped {});
        std::future::pending().await
    }

    #[command_handler]
    fn drop_and_break(jar: &mut Root<Self>, _: DropAndBreak) {
        jar.apply(Dropped {});
        panic!("it broke at coin {}", jar.coins);
    }

    #[command_handler]
    async fn drop_and_break_later(jar: &mut Root<Self>, _: DropAndBreakLater) {
        jar.apply(Dropped {});
        tokio::task::yield_now().await;
        panic!("it broke later, at coin {}", jar.coins);
    }

    #[command_handler]
    fn drop_and_refuse(jar: &mut Root<Self>, _: DropAndRefuse) -> Result<(), TooMany> {
        jar.apply(Dropped {});
        Err(TooMany { coins: jar.coins })
    }

    #[event_sourcing_handler]
    fn on_made(event: &JarMade) -> Self {
        Self { jar: event.jar.clone(), coins: 0 }
    }

    #[event_sourcing_handler]
    fn on_dropped(&mut self, _: &Dropped) {
        self.coins += 1;
    }
}

fn jar(id: &str) -> String {
    id.to_owned()
}

fn drop_one(id: &str) -> DropOne {
    DropOne { jar: jar(id) }
}

fn builder() -> AppBuilder {
    App::test().with::<Jar>().provide::<dyn Scale>(ManualScale::new().0)
}

async fn start(builder: AppBuilder) -> App {
    let app = builder.start().await.unwrap();
    for id in ["a", "b"] {
        app.commands().send(MakeJar { jar: jar(id) }).await.unwrap();
    }
    app
}

/// Empty jars on a log whose writer waits at a gate. Nothing is decided again after a conflict, so
/// that a state which was folded before its predecessors were durable is seen.
async fn gated() -> (App, Gate) {
    let (log, gate) = GatedLog::new();
    gate.let_through(2);
    let limits = Limits { conflict_retries: 0, ..Limits::default() };
    (start(builder().store(log).limits(limits)).await, gate)
}

async fn coins(app: &App, id: &str) -> u64 {
    app.repository::<Jar>().load(&jar(id)).await.unwrap().coins
}

fn in_a_hurry() -> Dispatch {
    Dispatch::new().within(Duration::from_millis(10))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_handler_that_never_returns_holds_its_own_aggregate_and_nobody_else() {
    let app = start(builder()).await;
    let (commands, barrier) = (app.commands(), Barrier::default());
    let block = Block { jar: jar("a"), barrier: barrier.clone() };
    let blocking = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send_with(block, in_a_hurry()).await }
    });
    barrier.until_reached().await;
    let waiting = commands.clone();
    let waiting = tokio::spawn(async move { waiting.send_with(drop_one("a"), in_a_hurry()).await });
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
    let aside = commands.clone();
    tokio::spawn(async move { aside.send(drop_one("b")).await }).await.unwrap().unwrap();
    barrier.open();
    let error = blocking.await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "its own is up too: {error}");
    commands.send(drop_one("a")).await.unwrap();
    assert_eq!((coins(&app, "a").await, coins(&app, "b").await), (1, 1));
}

#[tokio::test]
async fn an_async_handler_that_never_returns_is_cut_off_and_those_behind_it_go_on() {
    let limits = Limits { handler_time: Duration::from_millis(20), ..Limits::default() };
    let app = start(builder().limits(limits)).await;
    let commands = app.commands();
    let mut endless = Box::pin(commands.send(AwaitForEver { jar: jar("a") }));
    assert!(poll_once(&mut endless).is_none());
    let mut behind = JoinSet::new();
    for _ in 0..20 {
        let commands = commands.clone();
        behind.spawn(async move { commands.send(drop_one("a")).await.unwrap() });
    }
    let error = endless.await.unwrap_err();
    assert!(matches!(error, CommandError::HandlerTimedOut { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "the handler took longer than 20ms; nothing is stored; its handler may have had effects \
         outside, so find out before you send the command again"
    );
    behind.join_all().await;
    assert_eq!(coins(&app, "a").await, 20);
}

#[tokio::test]
async fn a_handler_that_panics_after_it_applied_leaves_nothing_of_it() {
    let app = start(builder()).await;
    let commands = app.commands();
    commands.send(drop_one("a")).await.unwrap();
    for round in 1..=3 {
        let error = commands.send(DropAndBreak { jar: jar("a") }).await.unwrap_err();
        assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
        let text =
            format!("the handler panicked: it broke at coin {}; nothing is stored", round + 1);
        assert_eq!(error.to_string(), text);
        commands.send(drop_one("a")).await.unwrap();
        assert_eq!(coins(&app, "a").await, round + 1);
    }
    let error = commands.send(DropAndBreakLater { jar: jar("a") }).await.unwrap_err();
    let text = "the handler panicked: it broke later, at coin 5; nothing is stored; its handler may \
                have had effects outside, so find out before you send the command again";
    assert_eq!(error.to_string(), text);
    commands.send(drop_one("a")).await.unwrap();
    assert_eq!(coins(&app, "a").await, 5);
}

#[tokio::test]
async fn a_panic_takes_neither_what_is_in_flight_before_it_nor_what_comes_after_it() {
    let (app, gate) = gated().await;
    let commands = app.commands();
    let mut before = Box::pin(commands.send(drop_one("a")));
    assert!(poll_once(&mut before).is_none(), "it is decided and not durable");
    let mut broken = Box::pin(commands.send(DropAndBreak { jar: jar("a") }));
    assert!(poll_once(&mut broken).is_none(), "it is not answered before what it was decided on");
    let mut after = Box::pin(commands.send(drop_one("a")));
    assert!(poll_once(&mut after).is_none());
    gate.let_through(8);
    before.await.unwrap();
    assert!(matches!(broken.await, Err(CommandError::Panicked { .. })));
    after.await.unwrap();
    assert_eq!(coins(&app, "a").await, 2);
}

#[tokio::test]
async fn a_refusal_after_apply_leaves_nothing_and_keeps_what_is_in_flight_before_it() {
    let (app, gate) = gated().await;
    let commands = app.commands();
    let mut before = Box::pin(commands.send(drop_one("a")));
    assert!(poll_once(&mut before).is_none(), "it is decided and not durable");
    let mut refused = Box::pin(commands.send(DropAndRefuse { jar: jar("a") }));
    assert!(poll_once(&mut refused).is_none(), "it is not answered before what it was decided on");
    let mut again = Box::pin(commands.send(DropAndRefuse { jar: jar("a") }));
    assert!(poll_once(&mut again).is_none(), "the state is folded once the first is durable");
    let mut after = Box::pin(commands.send(drop_one("a")));
    assert!(poll_once(&mut after).is_none());
    gate.let_through(8);
    before.await.unwrap();
    for refused in [refused.await, again.await] {
        assert_eq!(refused.unwrap_err().rejection(), Some(&TooMany { coins: 2 }));
    }
    after.await.unwrap();
    assert_eq!(coins(&app, "a").await, 2);
}

const MANY: u64 = 2_000;

fn id_of(number: u64) -> CommandId {
    CommandId::from_key(&format!("coin {number}"))
}

/// Sends coins at once, each with 10 ms and an id of its own, and gives the numbers and errors of
/// those that failed.
async fn rush(app: &App) -> Vec<(u64, CommandError<std::convert::Infallible>)> {
    let mut sending = JoinSet::new();
    for number in 0..MANY {
        let commands = app.commands();
        sending.spawn(async move {
            let dispatch = in_a_hurry().id(id_of(number));
            (number, commands.send_with(drop_one("a"), dispatch).await)
        });
    }
    let answers = sending.join_all().await;
    answers.into_iter().filter_map(|(number, answer)| Some((number, answer.err()?))).collect()
}

#[tokio::test]
async fn two_thousand_commands_with_ten_milliseconds_behind_a_slow_one_are_each_told_so() {
    let app = start(builder()).await;
    let commands = app.commands();
    let barrier = Barrier::default();
    // Another thread holds the turn: none of them gets it in time.
    let (handle, held) = (tokio::runtime::Handle::current(), barrier.clone());
    let blocking = std::thread::spawn({
        let commands = commands.clone();
        move || handle.block_on(commands.send(Block { jar: jar("a"), barrier: held }))
    });
    barrier.until_reached().await;
    let failed = rush(&app).await;
    assert_eq!(failed.len() as u64, MANY);
    for (number, error) in failed {
        assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
        assert_eq!(error.command_id(), id_of(number));
        assert!(error.is_retryable());
    }
    barrier.open();
    blocking.join().unwrap().unwrap();
    commands.send(drop_one("a")).await.unwrap();
    assert_eq!(coins(&app, "a").await, 2, "none of them is stored");
}

#[tokio::test]
async fn of_two_thousand_commands_that_a_slow_disk_leaves_unknown_each_is_stored_once() {
    let (log, gate) = GatedLog::new();
    gate.let_through(2);
    let app = start(builder().store(log)).await;
    let failed = rush(&app).await;
    assert_eq!(failed.len() as u64, MANY);
    let is_unknown = |error: &CommandError<_>| matches!(error, CommandError::OutcomeUnknown { .. });
    let unknown = failed.iter().filter(|(_, error)| is_unknown(error)).count() as u64;
    assert!(unknown > 0 && unknown < MANY, "{unknown} were handed over");
    // The others waited for their turn, or for a place in the log's queue.
    let kinds = ["outcome_unknown", "deadline_exceeded", "overloaded"];
    assert!(failed.iter().all(|(_, error)| kinds.contains(&error.kind()) && error.is_retryable()));
    gate.let_through(3 * MANY as usize);
    app.commands().send(drop_one("b")).await.unwrap();
    assert_eq!(coins(&app, "a").await, unknown, "what was handed over is stored, and only that");
    // Whoever sends them again under the same ids finds out, and nothing is stored twice.
    for (number, _) in failed {
        let again = Dispatch::new().id(id_of(number));
        app.commands().send_with(drop_one("a"), again).await.unwrap();
    }
    assert_eq!(coins(&app, "a").await, MANY);
}
