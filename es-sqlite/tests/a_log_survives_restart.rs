#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use es_core::event::{CommandId, Partition, Sequence, Tenant};
use es_core::store::{AppendError, CommandMemory, EventStore, Expected};
use support::{append, batch, command, head, open, order, read_all, read_stream};

#[tokio::test]
async fn events_commands_and_identity_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/orders.db");
    let (stream, id) = (order("o-1"), CommandId::generate());
    let log = open(&path);
    let identity = log.identity();
    let mut first = batch(&stream, Expected::NoStream, 3);
    first.command = Some(command(id, &stream));
    let committed = append(&log, first).await.unwrap();
    assert_eq!(committed.token.position(Partition(0)).map(|p| p.0), Some(3));
    let stored = read_stream(&log, &stream).await.unwrap();
    log.close().await;
    drop(log);

    let log = open(&path);
    assert_eq!(log.identity(), identity);
    let found = read_stream(&log, &stream).await.unwrap();
    assert_eq!(format!("{found:?}"), format!("{stored:?}"));
    assert_eq!(found[2].sequence(), Some(Sequence(2)));
    assert_eq!(found[0].metadata.get("correlation_id"), Some("c-1".into()));
    let remembered = log.remembered(&Tenant::default(), id).await.unwrap().unwrap();
    assert_eq!(remembered.reply, "\"done\"");
    assert_eq!(remembered.token, committed.token);

    append(&log, batch(&stream, Expected::Exact(Sequence(2)), 1)).await.unwrap();
    assert_eq!(head(&log).await, 4);
    let late = append(&log, batch(&stream, Expected::Exact(Sequence(2)), 1)).await;
    assert!(matches!(late, Err(AppendError::Conflict { actual: Some(Sequence(3)), .. })));
    assert_eq!(read_all(&log).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_long_stream_is_read_whole_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("orders.db"));
    let stream = order("long");
    append(&log, batch(&stream, Expected::NoStream, 5000)).await.unwrap();
    let events = read_stream(&log, &stream).await.unwrap();
    let sequences: Vec<u64> = events.iter().map(|e| e.sequence().unwrap().0).collect();
    assert_eq!(sequences, (0..5000).collect::<Vec<_>>());
    assert_eq!(read_all(&log).await.unwrap().len(), 5000);
}

#[tokio::test]
async fn a_repeated_command_is_told_its_first_answer() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("orders.db"));
    let (stream, id) = (order("o-1"), CommandId::generate());
    for expected in [Expected::NoStream, Expected::NoStream, Expected::Any] {
        let mut repeated = batch(&stream, expected, 2);
        repeated.command = Some(command(id, &stream));
        match append(&log, repeated).await {
            Ok(committed) => assert_eq!(committed.first.map(|p| p.0), Some(1)),
            Err(AppendError::CommandStored(stored)) => assert_eq!(stored.reply, "\"done\""),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(head(&log).await, 2);
}

#[tokio::test]
async fn an_event_id_is_stored_once_and_its_batch_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder.path().join("orders.db"));
    let first = batch(&order("o-1"), Expected::NoStream, 1);
    let taken = first.events[0].id;
    append(&log, first).await.unwrap();

    let id = CommandId::generate();
    let mut second = batch(&order("o-2"), Expected::NoStream, 3);
    second.command = Some(command(id, &order("o-2")));
    second.events[2].id = taken;
    second.events[1].tags.push(es_core::event::Tag::new("sku", "a"));
    let refused = append(&log, second).await;
    assert!(matches!(refused, Err(AppendError::EventStored(id)) if id == taken), "{refused:?}");
    assert_eq!(head(&log).await, 1);
    assert_eq!(log.remembered(&Tenant::default(), id).await.unwrap(), None);

    append(&log, batch(&order("o-2"), Expected::NoStream, 3)).await.unwrap();
    assert_eq!(read_all(&log).await.unwrap().len(), 4);
}
