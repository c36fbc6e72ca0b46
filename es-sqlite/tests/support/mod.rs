//! What the stories share.
#![allow(dead_code, unreachable_pub)]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use es_core::event::{
    CommandId, EventId, Metadata, Partition, Position, RecordedEvent, Sequence, StreamId, Tenant,
};
use es_core::registry::StoreUrl;
use es_core::store::{
    Append, AppendError, BatchFate, CommitToken, Committed, EventStore, Expectation, Expected,
    Filter, NewEvent, ReadError, RememberedCommand,
};
use es_faults::Disk;
use es_sqlite::{SqliteConfig, SqliteLog};

pub fn open(path: &Path) -> SqliteLog {
    SqliteLog::open(SqliteConfig::new(path)).unwrap()
}

/// Opens a log on a disk that fails on purpose.
pub fn open_on(path: &Path, disk: &Disk) -> SqliteLog {
    SqliteLog::open(config_on(path, disk)).unwrap()
}

/// A log all of whose files are on a disk that fails on purpose.
pub fn config_on(path: &Path, disk: &Disk) -> SqliteConfig {
    let url = format!("sqlite:{}?vfs={}&busy_timeout_ms=300", path.display(), disk.name());
    let disk = disk.clone();
    SqliteConfig::from_url(&StoreUrl::parse(&url).unwrap())
        .unwrap()
        .open_wal(Arc::new(move |path| Ok(Box::new(disk.open_file(path)?))))
}

pub fn order(id: &str) -> StreamId {
    StreamId::new(&Tenant::default(), "Order", id).unwrap()
}

pub fn event(stream: &StreamId, name: &'static str, payload: &str) -> NewEvent {
    NewEvent {
        id: EventId::generate(),
        stream: Some(stream.clone()),
        name: name.into(),
        revision: 0,
        payload: Bytes::from(payload.to_owned()),
        metadata: Metadata::new().with("correlation_id", "c-1"),
        tags: Vec::new(),
    }
}

/// A batch that extends a stream by `count` events, from what is expected of it.
pub fn batch(stream: &StreamId, expected: Expected, count: usize) -> Append {
    let name = |n| if n == 0 { "OrderCreated" } else { "ItemAdded" };
    Append {
        events: (0..count).map(|n| event(stream, name(n), &format!("{{\"n\":{n}}}"))).collect(),
        expectations: [Expectation { stream: stream.clone(), expected }].into_iter().collect(),
        ..Append::default()
    }
}

/// A batch of one event with a payload of so many bytes.
pub fn heavy(stream: &StreamId, bytes: usize) -> Append {
    let payload = format!("\"{}\"", "x".repeat(bytes.saturating_sub(2)));
    Append { events: vec![event(stream, "Weighed", &payload)], ..Append::default() }
}

pub fn command(id: CommandId, target: &StreamId) -> RememberedCommand {
    RememberedCommand {
        id,
        name: "CreateOrder".into(),
        target: Some(target.clone()),
        reply: Bytes::from_static(b"\"done\""),
        is_rejection: false,
        from_outside: true,
        token: CommitToken::default(),
    }
}

pub async fn append(log: &SqliteLog, batch: Append) -> Result<Committed, AppendError> {
    log.reserve(None).await?.append(batch).await
}

/// Stores `count` orders, `prefix-0` and so on, one event each.
pub async fn fill(log: &SqliteLog, prefix: &str, count: usize) {
    for n in 0..count {
        let stream = order(&format!("{prefix}-{n}"));
        append(log, batch(&stream, Expected::NoStream, 1)).await.unwrap();
    }
}

pub async fn read_stream(
    log: &SqliteLog,
    stream: &StreamId,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let mut events = Vec::new();
    let mut visit = |event: &RecordedEvent| {
        events.push(event.clone());
        ControlFlow::Continue(())
    };
    log.read_stream(stream, Sequence(0), &mut visit).await?;
    Ok(events)
}

pub async fn read_all(log: &SqliteLog) -> Result<Vec<RecordedEvent>, ReadError> {
    let (mut events, mut after) = (Vec::new(), Position(0));
    loop {
        let page = log.read(Partition(0), after, &Filter::all(), 1000).await?;
        events.extend(page.events);
        after = page.up_to;
        if page.up_to >= page.head {
            return Ok(events);
        }
    }
}

pub async fn head(log: &SqliteLog) -> u64 {
    log.head(Partition(0)).await.unwrap().0
}

/// A batch that was handed over and not awaited.
pub async fn hand_over(log: &SqliteLog, batch: Append) -> (BatchFate, es_core::store::Appended) {
    let fate = batch.fate.clone();
    (fate, log.reserve(None).await.unwrap().append(batch))
}

/// An event as a log gives it, without a log.
pub fn recorded(id: EventId, stream: &StreamId, sequence: Sequence) -> RecordedEvent {
    RecordedEvent {
        partition: Partition(0),
        position: Position(1),
        id,
        tenant: stream.tenant().clone(),
        stream: Some((stream.clone(), sequence)),
        name: "OrderCreated".into(),
        revision: 0,
        payload: Bytes::new(),
        metadata: Metadata::new(),
        recorded_at: es_core::event::Timestamp::MIN,
    }
}
