use super::*;

/// Everything linked, with the reaction that `only` leaves out.
async fn start(world: &World) -> App {
    App::builder()
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
