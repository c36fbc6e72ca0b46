//! The state of members is one, whether it is live, folded from the log, or from a snapshot.

use std::sync::Arc;

use es_core::event::{StreamId, Tenant};
use es_core::store::{EventStore, MemoryLog, SnapshotStore};

use super::domain::*;
use super::*;

async fn app_on(log: &MemoryLog) -> App {
    let log = Arc::new(log.clone()) as Arc<dyn EventStore>;
    App::test().store(log).only::<Order>().start().await.unwrap()
}

/// The state after every event, which a history folds without snapshots.
async fn folded(app: &App) -> Order {
    let mut history = app.repository::<Order>().history(&id()).unwrap();
    let mut last = None;
    while let Some(step) = history.next().await.unwrap() {
        last = Some(step.state.clone());
    }
    last.unwrap()
}

async fn snapshot_at(log: &MemoryLog) -> Option<u64> {
    let stream = StreamId::new(&Tenant::default(), "Order", "o").unwrap();
    log.snapshot(&stream).await.unwrap().map(|snapshot| snapshot.sequence.0)
}

/// Compares the ways to the state; true if the last one went over a snapshot and events after it.
async fn is_one_state(log: &MemoryLog, live: &App) -> bool {
    let expected = folded(live).await;
    assert_eq!(live.commands().send(Look { order: id() }).await.unwrap(), expected, "live");
    let snapshot = snapshot_at(log).await;
    let fresh = app_on(log).await;
    let loaded = fresh.repository::<Order>().load(&id()).await.unwrap();
    assert_eq!(*loaded, expected, "loaded, with the snapshot of {snapshot:?}");
    assert_eq!(fresh.commands().send(Look { order: id() }).await.unwrap(), expected, "decided on");
    snapshot.is_some_and(|snapshot| snapshot < loaded.version.0)
}

/// Sends each command by its name, and compares after each.
async fn compared(steps: &[(&str, &str)]) -> (Order, usize) {
    let log = MemoryLog::new();
    let app = app_on(&log).await;
    let skus = vec!["car".to_owned(), "bus".to_owned()];
    app.commands().send(PlaceOrder { order: id(), skus }).await.unwrap();
    let mut over_snapshots = 0;
    for (command, json) in steps {
        let json = format!("{{\"order\":\"o\"{json}}}");
        app.commands().named(command, json.as_bytes()).await.unwrap();
        over_snapshots += usize::from(is_one_state(&log, &app).await);
    }
    (folded(&app).await, over_snapshots)
}

#[tokio::test]
async fn members_of_every_container_have_one_state() {
    let part = r#","sku":"bus","part":1"#;
    let (order, over_snapshots) = compared(&[
        ("WrapGift", r#","gift":1"#),
        ("LabelInvoice", r#","text":"to Ada""#),
        ("Ship", r#","parcel":4"#),
        ("Deliver", r#","parcel":4"#),
        ("Return", r#","slip":7"#),
        ("ChangeQuantity", r#","sku":"car","quantity":3"#),
        ("Reserve", r#","sku":"bus","quantity":2"#),
        ("FitPart", part),
        ("TightenPart", part),
        ("Ship", r#","parcel":5"#),
    ])
    .await;
    assert!(over_snapshots >= 5, "only {over_snapshots} loads used a snapshot and events after it");
    // Everything that holds members has been changed, so that a part left out would show.
    assert!(order.gift.is_some_and(|gift| gift.is_wrapped));
    assert_eq!(order.invoice.text, "to Ada");
    assert_eq!((order.parcels.len(), order.parcels[&4].seen.len()), (2, 2));
    assert!(order.slips[&7].is_used);
    assert_eq!((order.lines[0].quantity, order.lines[1].quantity, order.reserved), (3, 4, 4));
    assert_eq!(order.lines[1].parts, [Part { part: 1, turns: 1 }]);
}

#[tokio::test]
async fn members_that_come_and_go_have_one_state() {
    let part = r#","sku":"car","part":1"#;
    let (order, over_snapshots) = compared(&[
        ("FitPart", part),
        ("TightenPart", part),
        ("RemoveLine", r#","sku":"car""#),
        ("AddLine", r#","sku":"car""#),
        ("PutLine", r#","sku":"van""#),
        ("PutLine", r#","sku":"van""#),
        ("FitPart", r#","sku":"van","part":2"#),
        ("TightenPart", r#","sku":"van","part":2"#),
        ("CancelOrder", ""),
        ("FitPart", part),
    ])
    .await;
    assert!(over_snapshots >= 5, "only {over_snapshots} loads used a snapshot and events after it");
    let parts: Vec<_> = order.lines.iter().map(|line| (&*line.sku, &*line.parts)).collect();
    let fitted = |part| [Part { part, turns: 0 }];
    assert_eq!(parts, [("bus", &[][..]), ("car", &fitted(1)), ("van", &fitted(2))]);
    assert!(order.lines.iter().all(|line| !line.is_open));
}
