//! A log that each released schema wrote stays readable for ever.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use es_core::event::{CommandId, EventId, Metadata, Sequence, StreamId, Tag, Tenant};
use es_core::store::{CommandMemory, Criteria, Criterion, EventStore, Expected, Marker};
use es_sqlite::SqliteLog;
use support::{append, batch, command, event, open, order, read_all, read_stream};
use uuid::Uuid;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/log_1.sqlite");

fn long_remembering(path: &Path) -> SqliteLog {
    let url = format!("sqlite:{}?remember_outside_s=9000000000", path.display());
    SqliteLog::open_url(&url).unwrap()
}

fn remembered() -> CommandId {
    CommandId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001))
}

/// Writes the fixture of the present schema, when asked to by `ES_MAKE_FIXTURE`. A released one is
/// never made anew.
async fn make(path: &Path) {
    let log = open(path);
    let (first, tenant) = (order("o-1"), Tenant::new("acme").unwrap());
    let foreign = StreamId::new(&tenant, "Order", "o-1").unwrap();
    let mut stored = batch(&first, Expected::NoStream, 2);
    stored.command = Some(command(remembered(), &first));
    stored.events[1].tags = vec![Tag::new("sku", "é\u{1F980}")];
    stored.events[1].revision = 3;
    append(&log, stored).await.unwrap();
    append(&log, batch(&foreign, Expected::NoStream, 1)).await.unwrap();
    let mut plain = batch(&first, Expected::Any, 0);
    plain.events.push(event(&first, "Published", "no stream"));
    plain.events[0].stream = None;
    plain.events[0].id = EventId(Uuid::from_u128(7));
    plain.events[0].payload = Bytes::from_static(&[0, 255, 1]);
    plain.events[0].metadata =
        Metadata::new().caused_by(Uuid::from_u128(1), Uuid::from_u128(2)).with("user", "ann");
    append(&log, plain).await.unwrap();
    log.close().await;
}

#[tokio::test]
async fn a_log_of_schema_1_gives_what_was_stored() {
    if std::env::var_os("ES_MAKE_FIXTURE").is_some() && !Path::new(FIXTURE).exists() {
        fs::create_dir_all(Path::new(FIXTURE).parent().unwrap()).unwrap();
        make(Path::new(FIXTURE)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    fs::copy(FIXTURE, &path).unwrap();
    let log = long_remembering(&path);
    let all = read_all(&log).await.unwrap();
    let names: Vec<&str> = all.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["OrderCreated", "ItemAdded", "OrderCreated", "Published"]);
    assert_eq!((all[1].revision, &*all[1].payload), (3, &b"{\"n\":1}"[..]));
    assert_eq!(all[2].tenant.as_str(), "acme");
    assert_eq!((all[3].id.0.as_u128(), &*all[3].payload), (7, &[0, 255, 1][..]));
    assert_eq!(all[3].metadata.causation_id(), Some(Uuid::from_u128(2)));
    assert_eq!(all[3].metadata.get("user"), Some("ann".into()));

    let tagged = Criterion { tags: vec![Tag::new("sku", "é\u{1F980}")], names: Vec::new() };
    let mut found = Vec::new();
    let mut visit = |event: &es_core::event::RecordedEvent| {
        found.push(event.position.0);
        std::ops::ControlFlow::Continue(())
    };
    let criteria = Criteria(vec![tagged]);
    log.source(&Tenant::default(), &criteria, Marker::default(), &mut visit).await.unwrap();
    assert_eq!(found, [2]);
    let known = log.remembered(&Tenant::default(), remembered()).await.unwrap().unwrap();
    assert_eq!((&*known.reply, known.target), (&b"\"done\""[..], Some(order("o-1"))));

    append(&log, batch(&order("o-1"), Expected::Exact(Sequence(1)), 1)).await.unwrap();
    assert_eq!(read_stream(&log, &order("o-1")).await.unwrap().len(), 3);
}
