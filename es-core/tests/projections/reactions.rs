use std::sync::atomic::Ordering;

use es_core::event::Position;
use es_core::projection::Projection;
use es_core::runtime::Limits;

use super::domain::Polish;
use super::*;

/// Everything linked, with the reaction that `only` leaves out.
async fn start(world: &World) -> App {
    start_within(world, Limits::default()).await
}

async fn start_within(world: &World, limits: Limits) -> App {
    App::builder()
        .limits(limits)
        .store(world.log.clone())
        .read_side(Arc::new(world.read_side.clone()))
        .provide::<Mischief>(Arc::clone(&world.mischief))
        .provide::<Postcards>(Arc::clone(&world.postcards))
        .start()
        .await
        .unwrap()
}

async fn until_written(world: &World, count: usize) -> Vec<String> {
    let mut cards = world.postcards.0.subscribe();
    let written = tokio::time::timeout(LONG, cards.wait_for(|cards| cards.len() >= count)).await;
    written.expect("no postcard came").unwrap().clone()
}

#[tokio::test]
async fn a_reaction_begins_at_the_head_and_misses_nothing_afterwards() {
    let world = World::default();
    let writer = App::builder().store(world.log.clone()).only::<Till>().start().await.unwrap();
    open(&writer, "old").await;

    let app = start(&world).await;
    open(&app, "north").await;
    assert_eq!(until_written(&world, 1).await, ["north is open"]);
    stop(app).await;

    // What happens while it is down is its own to handle: only its first start is at the head.
    open(&writer, "south").await;
    let app = start(&world).await;
    open(&app, "east").await;
    let cards = until_written(&world, 3).await;
    assert_eq!(cards, ["north is open", "south is open", "east is open"]);
}

/// Stands for the function's processor, to look at it.
struct Admire;

impl Projection for Admire {
    const NAME: &'static str = "admire";
    const PROCESSOR: &'static str = "admire";
    const VERSION: u32 = 1;
}

#[tokio::test]
async fn a_reaction_that_hangs_fails_at_its_time_limit_and_is_tried_again() {
    let world = World::default();
    let limits = Limits { handler_time: Duration::from_millis(30), ..Limits::default() };
    let app = start_within(&world, limits).await;
    open(&app, "north").await;
    world.mischief.hangs.store(true, Ordering::SeqCst);
    app.commands().send(Polish { till: "north".to_owned() }).await.unwrap();
    let handle = app.projection::<Admire>();
    let failed = until(&handle, |status| matches!(status.state, ProcessorState::Failed { .. }));
    let ProcessorState::Failed { reason, .. } = failed.await.state else { unreachable!() };
    assert!(reason.contains("it took longer than 30ms"), "{reason}");
    assert!(reason.contains("handler `admire` (") && reason.contains("domain.rs:"), "{reason}");

    world.mischief.hangs.store(false, Ordering::SeqCst);
    until(&handle, |status| status.position == Position(2)).await;
}
