use std::time::Duration;

use es_core::app::ShutdownError;
use es_core::command::CommandError;
use es_core::event::Position;
use es_core::projection::{Projection, Status};
use es_core::runtime::Limits;
use es_core::store::{EventStore, Filter};
use es_core::unit::PublishError;
use tokio::task::JoinHandle;

use super::domain::{Afterwards, FindTill, Polish, Shine, TillAdmired};
use super::*;

async fn start(world: &World) -> App {
    world.builder().start().await.unwrap()
}

async fn until_written(world: &World, count: usize) -> Vec<String> {
    let mut cards = world.postcards.0.subscribe();
    let written = tokio::time::timeout(LONG, cards.wait_for(|cards| cards.len() >= count)).await;
    written.expect("no postcard came").unwrap().clone()
}

/// Stands for the function's processor, to look at it.
struct Admire;

impl Projection for Admire {
    const NAME: &'static str = "admire";
    const PROCESSOR: &'static str = "admire";
    const VERSION: u32 = 1;
}

/// As [`Admire`].
struct WritePostcard;

impl Projection for WritePostcard {
    const NAME: &'static str = "write_postcard";
    const PROCESSOR: &'static str = "write_postcard";
    const VERSION: u32 = 1;
}

#[tokio::test]
async fn a_reaction_begins_at_the_head_and_misses_nothing_afterwards() {
    let world = World::default();
    let writer = writer(&world.log).await;
    open(&writer, "old").await;

    let app = start(&world).await;
    open(&app, "north").await;
    assert_eq!(until_written(&world, 1).await, ["north is open"]);
    let reaction = app.projection::<WritePostcard>();
    stop(app).await;
    until(&reaction, |status| status.state == ProcessorState::Stopped).await;

    // What happens while it is down is its own to handle: only its first start is at the head.
    open(&writer, "south").await;
    let app = start(&world).await;
    open(&app, "east").await;
    let cards = until_written(&world, 3).await;
    assert_eq!(cards, ["north is open", "south is open", "east is open"]);
}

#[tokio::test]
async fn a_reaction_that_hangs_fails_at_its_time_limit_and_is_tried_again() {
    let world = World::default();
    let limits = Limits { handler_time: Duration::from_millis(30), ..Limits::default() };
    let app = world.builder().limits(limits).start().await.unwrap();
    open(&app, "north").await;
    world.mischief.hangs.send_replace(true);
    app.commands().send(Polish { till: "north".to_owned() }).await.unwrap();
    let handle = app.projection::<Admire>();
    let (_, reason) = failure(&handle).await;
    assert!(reason.contains("it took longer than 30ms"), "{reason}");
    assert!(reason.contains("handler `admire` (") && reason.contains("domain.rs:"), "{reason}");

    world.mischief.hangs.send_replace(false);
    until(&handle, |status| status.position == Position(2)).await;
}

/// An application whose reaction hangs in the middle of its work.
async fn hanging(world: &World, afterwards: impl FnOnce(&App) -> Afterwards) -> App {
    let app = start(world).await;
    world.mischief.afterwards.get_or_init(|| afterwards(&app));
    open(&app, "north").await;
    world.mischief.hangs.send_replace(true);
    app.commands().send(Polish { till: "north".to_owned() }).await.unwrap();
    world.mischief.admired.notified().await;
    app
}

/// Begins to shut an application down that is not done with it before its reaction goes on.
async fn shut_down(app: App) -> JoinHandle<Result<(), ShutdownError>> {
    let stopping = tokio::spawn(app.shutdown(LONG));
    settle().await;
    assert!(!stopping.is_finished(), "the reaction is at work");
    stopping
}

/// Lets every task go as far as it can.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_reaction_sends_is_taken_while_others_are_refused() {
    let world = World::default();
    let app = hanging(&world, |app| Afterwards::Takes(app.commands())).await;
    let commands = app.commands();
    let stopping = shut_down(app).await;
    let take = Take { till: "north".to_owned(), cents: 5 };
    let error = commands.send(take).await.unwrap_err();
    assert!(matches!(error, CommandError::ShuttingDown { .. }), "{error}");
    world.mischief.hangs.send_replace(false);
    stopping.await.unwrap().unwrap();
    assert_eq!(*world.log.committed().borrow(), Position(3), "the coin that it took is stored");
}

#[tokio::test]
async fn what_a_reaction_publishes_is_stored_while_others_are_refused() {
    let world = World::default();
    let app = hanging(&world, |app| Afterwards::Publishes(app.event_gateway())).await;
    let events = app.event_gateway();
    let stopping = shut_down(app).await;
    let error = events.publish(TillAdmired {}).await.unwrap_err();
    assert!(matches!(error, PublishError::ShuttingDown), "{error}");
    world.mischief.hangs.send_replace(false);
    stopping.await.unwrap().unwrap();
    assert_eq!(*world.log.committed().borrow(), Position(3), "what it published is stored");
}

#[tokio::test]
async fn a_command_that_a_reaction_left_behind_is_waited_for() {
    let world = World::default();
    let app = hanging(&world, |app| Afterwards::HasItShone(app.commands())).await;
    let reaction = app.projection::<Admire>();
    let stopping = shut_down(app).await;
    world.mischief.hangs.send_replace(false);
    until(&reaction, |status| status.state == ProcessorState::Stopped).await;
    settle().await;
    assert!(!stopping.is_finished(), "the command is at work");
    world.mischief.is_shiny.notify_one();
    stopping.await.unwrap().unwrap();
    assert_eq!(*world.log.committed().borrow(), Position(3), "the coin that it found is stored");
}

#[tokio::test]
async fn what_a_reaction_is_behind_with_waits_for_the_next_start() {
    let world = World::default();
    let app = hanging(&world, |app| Afterwards::Takes(app.commands())).await;
    let (reaction, tills) = (app.projection::<Admire>(), app.projection::<TillRow>());
    let commands = app.commands();
    commands.send(Polish { till: "north".to_owned() }).await.unwrap();
    // A command that runs all the time.
    let shining =
        tokio::spawn(async move { commands.send(Shine { till: "north".to_owned() }).await });
    settle().await;
    let stopping = shut_down(app).await;
    world.mischief.hangs.send_replace(false);
    let is_stopped = |status: &Status| status.state == ProcessorState::Stopped;
    until(&reaction, |status| is_stopped(status) || status.position >= Position(3)).await;
    assert!(is_stopped(&reaction.status()), "{:?}", reaction.status());
    // Projections last as long as commands, which may wait for them.
    tills.reached(Position(4), LONG).await.unwrap();
    world.mischief.is_shiny.notify_one();
    shining.await.unwrap().unwrap();
    stopping.await.unwrap().unwrap();
    assert_eq!(*world.log.committed().borrow(), Position(5), "a coin of each, and no more");
}

#[tokio::test]
async fn queries_and_subscriptions_last_as_long_as_a_reaction_runs() {
    let world = World::default();
    let app = hanging(&world, |app| Afterwards::Takes(app.commands())).await;
    app.projection::<TillRow>().reached(Position(1), LONG).await.unwrap();
    let queries = app.queries();
    let mut events = app.events().subscribe(Filter::all()).await.unwrap();
    let stopping = shut_down(app).await;
    let north = queries.query(FindTill { till: "north".to_owned() }).await.unwrap();
    assert_eq!(north.unwrap().till, "north");
    let ended = tokio::time::timeout(Duration::ZERO, events.next()).await;
    assert!(ended.is_err(), "the reaction may store something");
    world.mischief.hangs.send_replace(false);
    stopping.await.unwrap().unwrap();
}
