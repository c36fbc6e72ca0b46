use std::sync::Arc;
use std::time::Duration;

use es_core::aggregate::LoadError;
use es_core::event::{Clock, StillClock, Timestamp};
use es_core::prelude::*;
use es_core::runtime::Limits;

use super::domain::*;
use super::{app, app_with};

#[tokio::test]
async fn any_version_can_be_loaded() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 2)).await.unwrap();
    commands.send(put("a", 3)).await.unwrap();
    let shelves = app.repository::<Shelf>();
    let id = "a".to_owned();
    assert_eq!(shelves.load(&id).await.unwrap().boxes, 5);
    assert_eq!(shelves.load_at(&id, Sequence(0)).await.unwrap().boxes, 0);
    assert_eq!(shelves.load_at(&id, Sequence(1)).await.unwrap().boxes, 2);
    let last = shelves.load_at(&id, Sequence(99)).await.unwrap();
    assert_eq!((last.boxes, last.version), (5, Sequence(2)));
}

#[tokio::test]
async fn any_moment_can_be_loaded() {
    let clock = Arc::new(StillClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let (scale, _) = ManualScale::new();
    let app = App::test()
        .with::<Shelf>()
        .provide::<dyn Scale>(scale)
        .clock(Arc::clone(&clock) as Arc<dyn Clock>)
        .start()
        .await
        .unwrap();
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let first: Timestamp = clock.now();
    clock.advance(Duration::from_secs(60));
    commands.send(put("a", 2)).await.unwrap();
    // A clock that is set back does not turn the order of the log around.
    clock.set("2020-01-01T00:00:00Z".parse().unwrap());
    commands.send(put("a", 3)).await.unwrap();
    let shelves = app.repository::<Shelf>();
    let id = "a".to_owned();
    assert_eq!(shelves.load_as_of(&id, first).await.unwrap().boxes, 0);
    let minute = "2026-01-01T00:01:00Z".parse().unwrap();
    assert_eq!(shelves.load_as_of(&id, minute).await.unwrap().boxes, 5);
    let before = shelves.load_as_of(&id, "2025-12-31T23:59:59Z".parse().unwrap()).await;
    assert!(matches!(before, Err(LoadError::NotFound { .. })));
}

#[tokio::test]
async fn history_lends_each_event_with_the_state_after_it() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    for boxes in 1..=600 {
        commands.send(put("a", boxes)).await.unwrap();
    }
    commands.send(TearDown { shelf: "a".to_owned() }).await.unwrap();
    let mut history = app.repository::<Shelf>().history(&"a".to_owned()).unwrap();
    let mut steps = 0;
    let mut boxes = 0;
    while let Some(step) = history.next().await.unwrap() {
        assert_eq!(step.recorded.sequence(), Some(Sequence(steps)));
        if let [ShelfEvent::BoxesPut(event)] = &*step.events {
            boxes += event.boxes;
        }
        assert_eq!(step.state.boxes, boxes);
        steps += 1;
    }
    assert_eq!((steps, boxes), (602, 600 * 601 / 2));
}

#[tokio::test]
async fn a_deleted_aggregate_keeps_its_past() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(TearDown { shelf: "a".to_owned() }).await.unwrap();
    let shelves = app.repository::<Shelf>();
    let id = "a".to_owned();
    assert!(matches!(shelves.load(&id).await, Err(LoadError::Deleted { .. })));
    assert!(shelves.load_at(&id, Sequence(1)).await.unwrap().is_deleted);
    assert!(!shelves.load_at(&id, Sequence(0)).await.unwrap().is_deleted);
}

#[tokio::test]
async fn a_deleted_aggregate_is_loaded_as_it_was_at_any_moment() {
    let clock = Arc::new(StillClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let (scale, _) = ManualScale::new();
    let app = App::test()
        .with::<Shelf>()
        .provide::<dyn Scale>(scale)
        .clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let app = app.start().await.unwrap();
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 2)).await.unwrap();
    let alive = clock.now();
    clock.advance(Duration::from_secs(60));
    commands.send(TearDown { shelf: "a".to_owned() }).await.unwrap();
    let shelves = app.repository::<Shelf>();
    let id = "a".to_owned();
    let before = shelves.load_as_of(&id, alive).await.unwrap();
    assert_eq!((before.boxes, before.is_deleted), (2, false));
    let after = shelves.load_as_of(&id, clock.now()).await.unwrap();
    assert_eq!((after.boxes, after.is_deleted, after.version), (2, true, Sequence(2)));
}

#[tokio::test]
async fn an_unknown_id_has_no_history() {
    let app = app().await;
    let mut history = app.repository::<Shelf>().history(&"a".to_owned()).unwrap();
    assert!(matches!(history.next().await, Err(LoadError::NotFound { .. })));
}

#[tokio::test]
async fn forgotten_aggregates_are_folded_again() {
    let (scale, _) = ManualScale::new();
    let limits = Limits { live_aggregates: 2, ..Limits::default() };
    let app = App::test()
        .with::<Shelf>()
        .provide::<dyn Scale>(scale)
        .limits(limits)
        .start()
        .await
        .unwrap();
    let commands = app.commands();
    for shelf in 0..20 {
        commands.send(set_up(&shelf.to_string())).await.unwrap();
    }
    for round in 1..=3 {
        for shelf in 0..20 {
            commands.send(put(&shelf.to_string(), 1)).await.unwrap();
            let taken = commands.send(take(&shelf.to_string(), 0)).await.unwrap();
            assert_eq!(taken, round);
        }
    }
}

#[tokio::test]
async fn the_events_metadata_names_cause_and_conversation() {
    let (scale, _) = ManualScale::new();
    let app = app_with(scale).await;
    let id = CommandId::from_key("k");
    let dispatch = Dispatch::new().id(id).meta("user", "ada");
    app.commands().send_with(set_up("a"), dispatch).await.unwrap();
    let mut history = app.repository::<Shelf>().history(&"a".to_owned()).unwrap();
    let step = history.next().await.unwrap().unwrap();
    let metadata = &step.recorded.metadata;
    assert_eq!(metadata.get("causation_id").as_deref(), Some(id.to_string().as_str()));
    assert_eq!(metadata.get("correlation_id").as_deref(), Some(id.to_string().as_str()));
    assert_eq!(metadata.get("user").as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_conversation_keeps_the_name_its_caller_gave_it() {
    let app = app().await;
    let dispatch = Dispatch::new().meta("correlation_id", "checkout 77");
    app.commands().send_with(set_up("a"), dispatch).await.unwrap();
    let mut history = app.repository::<Shelf>().history(&"a".to_owned()).unwrap();
    let step = history.next().await.unwrap().unwrap();
    assert_eq!(step.recorded.metadata.get("correlation_id").as_deref(), Some("checkout 77"));
}
