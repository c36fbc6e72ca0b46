use std::time::Duration;

use es_core::command::CommandError;
use es_core::event::Position;
use es_core::projection::Projection;
use es_core::runtime::Limits;
use es_core::store::EventStore;

use super::domain::Polish;
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

#[tokio::test]
async fn what_a_reaction_sends_is_taken_while_others_are_refused() {
    let world = World::default();
    let app = start(&world).await;
    let (commands, till) = (app.commands(), || "north".to_owned());
    world.mischief.commands.get_or_init(|| app.commands());
    open(&app, "north").await;
    world.mischief.hangs.send_replace(true);
    commands.send(Polish { till: till() }).await.unwrap();
    world.mischief.admired.notified().await;

    let stopping = tokio::spawn(app.shutdown(LONG));
    let take = || commands.send(Take { till: till(), cents: 5 });
    tokio::task::yield_now().await;
    let error = take().await.unwrap_err();
    assert!(matches!(error, CommandError::ShuttingDown { .. }), "{error}");
    world.mischief.hangs.send_replace(false);
    stopping.await.unwrap().unwrap();
    assert_eq!(*world.log.committed().borrow(), Position(3), "the coin that it took is stored");
}
