use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use es_core::command::Dispatch;
use es_core::event::{Position, Tag};
use es_core::store::{Filter, ReadError};

use super::domain::{Polish, tenant};
use super::logs::{LogAround, Parts};
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
async fn a_filter_by_tag_or_tenant_holds_for_those_who_wait_at_the_tail() {
    let app = World::default().start().await;
    let bank = tenant("bank");
    let of_bank = || Dispatch::new().tenant(&bank);
    let (north, south) = (|| "north".to_owned(), || "south".to_owned());
    let commands = app.commands();
    commands.send(Open { till: north() }).await.unwrap();
    commands.send_with(Open { till: south() }, of_bank()).await.unwrap();
    let by_tag = Filter { tags: vec![Tag::new("Till", "north")], ..Filter::all() };
    let by_tenant = Filter { tenant: Some(bank.clone()), ..Filter::all() };
    let mut norths = app.events().subscribe_after(Position(0), by_tag);
    let mut banks = app.events().subscribe_after(Position(0), by_tenant);
    assert_eq!(norths.next().await.unwrap().unwrap().position, Position(1));
    assert_eq!(banks.next().await.unwrap().unwrap().position, Position(2));
    for round in 1..=10 {
        // Both wait by the time that something comes.
        let storing = async {
            commands.send_with(Take { till: south(), cents: 1 }, of_bank()).await.unwrap();
            commands.send(Take { till: north(), cents: 1 }).await.unwrap();
        };
        let (north, bank, ()) = tokio::join!(norths.next(), banks.next(), storing);
        assert_eq!(north.unwrap().unwrap().position, Position(2 * round + 2));
        assert_eq!(bank.unwrap().unwrap().position, Position(2 * round + 1));
    }
}

#[tokio::test]
async fn nothing_comes_twice_where_reading_meets_the_tail() {
    let app = World::default().start().await;
    open(&app, "north").await;
    let mut early = app.events().subscribe_after(Position(0), Filter::all());
    assert_eq!(early.next().await.unwrap().unwrap().position, Position(1));
    for cents in 2..=3 {
        take(&app, "north", cents).await;
        assert_eq!(early.next().await.unwrap().unwrap().position, Position(cents));
    }
    // The tail looks for what is new.
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
    take(&app, "north", 4).await;
    take(&app, "north", 5).await;
    let mut late = app.events().subscribe_after(Position(3), Filter::all());
    for position in 4..=5 {
        assert_eq!(late.next().await.unwrap().unwrap().position, Position(position));
    }
    take(&app, "north", 6).await;
    assert_eq!(late.next().await.unwrap().unwrap().position, Position(6));
}

/// A log in memory that counts how often it is read by position.
#[derive(Default)]
struct Counted {
    inner: MemoryLog,
    reads: AtomicUsize,
}

#[async_trait]
impl Parts for Counted {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    async fn before_page(&self) -> Result<(), ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn those_who_wait_at_the_tail_share_one_reader() {
    const SUBSCRIBERS: usize = 50;
    let log = Arc::new(LogAround(Counted::default()));
    let app = writer_on(Arc::clone(&log)).await;
    let mut subscribers = Vec::new();
    for _ in 0..SUBSCRIBERS {
        subscribers.push(app.events().subscribe(Filter::all()).await.unwrap());
    }
    open(&app, "north").await;
    let mut reads = 0;
    // By the second event each one has seen in the log where its tail begins.
    for position in 1..=3 {
        let before = log.reads.load(Ordering::SeqCst);
        for subscriber in &mut subscribers {
            assert_eq!(subscriber.next().await.unwrap().unwrap().position, Position(position));
        }
        reads = log.reads.load(Ordering::SeqCst) - before;
        take(&app, "north", 1).await;
    }
    assert!(reads < SUBSCRIBERS, "{reads} reads for one event");
}

/// A log in memory that panics once while it is read by position.
#[derive(Default)]
struct Panicking {
    inner: MemoryLog,
    panics: AtomicBool,
}

#[async_trait]
impl Parts for Panicking {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    async fn before_page(&self) -> Result<(), ReadError> {
        assert!(!self.panics.swap(false, Ordering::SeqCst), "a bug of an engine");
        Ok(())
    }
}

#[tokio::test]
async fn who_waited_when_reading_the_tail_panicked_misses_nothing_once_somebody_else_comes() {
    let log = Arc::new(LogAround(Panicking::default()));
    let app = writer_on(Arc::clone(&log)).await;
    let mut early = app.events().subscribe(Filter::all()).await.unwrap();
    log.panics.store(true, Ordering::SeqCst);
    open(&app, "north").await;
    while log.panics.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let _late = app.events().subscribe(Filter::all()).await.unwrap();
    let event = tokio::time::timeout(LONG, early.next()).await.expect("in time");
    assert_eq!(event.unwrap().unwrap().position, Position(1));
}
