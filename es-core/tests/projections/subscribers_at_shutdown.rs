//! What subscribers get of the events that were acknowledged before a shutdown.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use es_core::app::ShutdownError;
use es_core::bus::Subscription;
use es_core::event::{EventId, Metadata, Position, Tag};
use es_core::store::{Append, EventStore, Filter, NewEvent, ReadError};

use super::logs::{LogAround, Parts};
use super::*;

#[tokio::test]
async fn a_shutdown_ends_subscriptions_after_their_last_event() {
    let app = World::default().start().await;
    let mut events = app.events().subscribe_after(Position(0), Filter::all());
    open(&app, "north").await;
    assert!(events.next().await.unwrap().is_some());
    app.shutdown(LONG).await.unwrap();
    assert!(events.next().await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_acknowledged_before_a_shutdown_comes_to_those_who_wait_at_the_tail() {
    let app = writer(&MemoryLog::new()).await;
    let mut events = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    assert!(events.next().await.unwrap().is_some());
    take(&app, "north", 1).await;
    assert!(events.next().await.unwrap().is_some());
    take(&app, "north", 2).await;
    app.shutdown(LONG).await.unwrap();
    let last = events.next().await.unwrap().map(|event| event.position);
    assert_eq!(last, Some(Position(3)));
    assert!(events.next().await.unwrap().is_none());
}

#[tokio::test]
async fn who_comes_after_others_have_gone_gets_what_was_acknowledged_before_a_shutdown() {
    let app = writer(&MemoryLog::new()).await;
    let mut early = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    assert!(early.next().await.unwrap().is_some());
    drop(early);
    take(&app, "north", 1).await;
    // The tail looks whether somebody is there.
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
    let mut late = app.events().subscribe(Filter::all()).await.unwrap();
    take(&app, "north", 2).await;
    app.shutdown(LONG).await.unwrap();
    let last = late.next().await.unwrap().map(|event| event.position);
    assert_eq!(last, Some(Position(3)));
    assert!(late.next().await.unwrap().is_none());
}

/// A log in memory that cannot be read by position some times.
#[derive(Default)]
struct Failing {
    inner: MemoryLog,
    failures: AtomicUsize,
}

#[async_trait]
impl Parts for Failing {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    async fn before_page(&self) -> Result<(), ReadError> {
        let failures = |failures: usize| failures.checked_sub(1);
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, failures).is_ok() {
            return Err(ReadError::Unavailable { reason: "for a moment".to_owned() });
        }
        Ok(())
    }
}

/// A shutdown in which the log cannot be read so many times, and what a subscriber is told after
/// the events that he had before it.
async fn shut_down_with(
    failures: usize,
    within: Duration,
) -> (Result<(), ShutdownError>, Subscription) {
    let log = Arc::new(LogAround(Failing::default()));
    let app = writer_on(Arc::clone(&log)).await;
    let mut events = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    assert!(events.next().await.unwrap().is_some());
    take(&app, "north", 1).await;
    log.failures.store(failures, Ordering::SeqCst);
    (app.shutdown(within).await, events)
}

#[tokio::test]
async fn a_log_that_cannot_be_read_for_a_moment_is_read_again_at_a_shutdown() {
    let (ended, mut events) = shut_down_with(2, LONG).await;
    ended.unwrap();
    let last = events.next().await.unwrap().map(|event| event.position);
    assert_eq!(last, Some(Position(2)));
    assert!(events.next().await.unwrap().is_none());
}

#[tokio::test]
async fn what_could_not_be_given_before_a_shutdown_is_an_error_and_not_the_end() {
    let (ended, mut events) = shut_down_with(usize::MAX, Duration::from_millis(100)).await;
    let told = ended.unwrap_err().to_string();
    assert!(told.contains("the event bus"), "{told}");
    for _ in 0..2 {
        assert!(matches!(events.next().await, Err(ReadError::Unavailable { .. })));
    }
}

/// A log in memory to which somebody else adds an event before each page that is read.
#[derive(Default)]
struct Growing(MemoryLog);

#[async_trait]
impl Parts for Growing {
    fn inner(&self) -> MemoryLog {
        self.0.clone()
    }

    async fn before_page(&self) -> Result<(), ReadError> {
        if let Ok(permit) = self.0.try_reserve() {
            let event = NewEvent {
                id: EventId::generate(),
                stream: None,
                name: "SomethingElse".into(),
                revision: 0,
                payload: "{}".into(),
                metadata: Metadata::new(),
                tags: Vec::new(),
            };
            permit.append(Append { events: vec![event], ..Append::default() }).await.unwrap();
        }
        Ok(())
    }
}

#[tokio::test]
async fn others_who_go_on_writing_do_not_hold_a_shutdown_up() {
    let app = writer_on(Arc::new(LogAround(Growing::default()))).await;
    let _events = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn who_has_missed_nothing_is_told_of_the_end_alone() {
    let app = writer(&MemoryLog::new()).await;
    open(&app, "north").await;
    let mut events = app.events().subscribe_after(Position(1), Filter::all());
    app.shutdown(LONG).await.unwrap();
    assert!(events.next().await.unwrap().is_none());
}

#[tokio::test]
async fn who_waits_is_told_that_somebody_else_has_closed_the_log() {
    let app = writer(&MemoryLog::new()).await;
    let mut events = app.events().subscribe(Filter::all()).await.unwrap();
    let log = Arc::clone(app.log());
    let mut waiting = tokio::spawn(async move { events.next().await.map(drop) });
    assert!(tokio::time::timeout(Duration::ZERO, &mut waiting).await.is_err());
    log.close().await;
    let told = tokio::time::timeout(LONG, waiting).await.expect("in time").unwrap();
    assert!(matches!(told, Err(ReadError::Closed)));
}

#[tokio::test]
async fn who_has_to_read_the_log_after_a_shutdown_is_told_so_once() {
    let app = writer(&MemoryLog::new()).await;
    let by_tag = Filter { tags: vec![Tag::new("Till", "north")], ..Filter::all() };
    let mut events = app.events().subscribe(by_tag).await.unwrap();
    open(&app, "north").await;
    assert!(events.next().await.unwrap().is_some());
    take(&app, "north", 1).await;
    app.shutdown(LONG).await.unwrap();
    assert!(matches!(events.next().await, Err(ReadError::Closed)));
    assert!(events.next().await.unwrap().is_none());
}

/// A log in memory that hangs when it is read by position.
#[derive(Default)]
struct Hanging(MemoryLog);

#[async_trait]
impl Parts for Hanging {
    fn inner(&self) -> MemoryLog {
        self.0.clone()
    }

    async fn before_page(&self) -> Result<(), ReadError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_log_that_hangs_does_not_hold_a_shutdown_up() {
    let app = writer_on(Arc::new(LogAround(Hanging::default()))).await;
    let _events = app.events().subscribe(Filter::all()).await.unwrap();
    open(&app, "north").await;
    let ended = tokio::time::timeout(LONG, app.shutdown(Duration::from_millis(100))).await;
    let told = ended.expect("in time").unwrap_err().to_string();
    assert!(told.contains("the event bus"), "{told}");
}
