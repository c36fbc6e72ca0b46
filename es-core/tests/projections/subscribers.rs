use es_core::event::Position;
use es_core::store::Filter;

use super::domain::Polish;
use super::*;

#[tokio::test]
async fn a_subscriber_sees_what_is_committed_from_now_on_in_order() {
    let app = World::default().start().await;
    open(&app, "before").await;
    let mut events = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    take(&app, "north", 1).await;
    for position in [2, 3] {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(event.position, Position(position));
    }
}

#[tokio::test]
async fn a_laggard_goes_on_from_the_log_and_misses_nothing() {
    let app = World::default().start().await;
    let mut slow = app.events().subscribe(Filter::all()).await.unwrap();
    let mut quick = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    // One page a commit, and more pages than the bus keeps: nobody who waits has room for them.
    for cents in 0..500 {
        take(&app, "north", cents).await;
        while quick.next().await.unwrap().unwrap().position.0 < cents + 1 {}
    }
    for position in 1..=501 {
        assert_eq!(slow.next().await.unwrap().unwrap().position, Position(position));
    }
}

#[tokio::test]
async fn a_filter_holds_for_old_and_new_events() {
    let app = World::default().start().await;
    open(&app, "north").await;
    let polish = || Polish { till: "north".to_owned() };
    app.commands().send(polish()).await.unwrap();
    let filter = Filter::names(["TillPolished"]);
    let mut events = app.events().subscribe_after(Position(0), filter);
    assert_eq!(events.next().await.unwrap().unwrap().position, Position(2));
    take(&app, "north", 1).await;
    app.commands().send(polish()).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().position, Position(4));
}

#[tokio::test]
async fn a_shutdown_ends_subscriptions_after_their_last_event() {
    let app = World::default().start().await;
    let mut events = app.events().subscribe_after(Position(0), Filter::all());
    open(&app, "north").await;
    assert!(events.next().await.unwrap().is_some());
    app.shutdown(LONG).await.unwrap();
    assert!(events.next().await.unwrap().is_none());
}
