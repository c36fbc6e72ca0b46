//! Events reach the members that they name.

use es_core::aggregate::{EventOf as _, State as _};

use super::domain::*;
use super::{id, line, order, order_of};

#[tokio::test]
async fn a_member_sees_the_event_that_put_it_in_its_place() {
    let (app, commands) = order_of(&["tea"]).await;
    commands.send(AddLine { order: id(), sku: "rum".to_owned() }).await.unwrap();
    assert_eq!(line(&app, "rum").await.seen, ["added"]);
    assert!(line(&app, "tea").await.seen.is_empty(), "and no other does");
    commands.send(Ship { order: id(), parcel: 1 }).await.unwrap();
    assert_eq!(order(&app).await.parcels[&1].seen, ["shipped"]);
}

#[tokio::test]
async fn so_does_a_member_that_another_member_put_in_its_place() {
    let (app, commands) = order_of(&["car", "bus"]).await;
    let fit = |sku: &str, part| FitPart { order: id(), sku: sku.to_owned(), part };
    commands.send(fit("car", 1)).await.unwrap();
    commands.send(TightenPart { order: id(), sku: "car".to_owned(), part: 1 }).await.unwrap();
    commands.send(fit("car", 2)).await.unwrap();
    commands.send(fit("bus", 1)).await.unwrap();
    let parts = order(&app).await.into_inner().lines.into_iter().map(|line| line.parts);
    let seen: Vec<Vec<_>> =
        parts.map(|parts| parts.iter().map(|part| (part.part, part.turns)).collect()).collect();
    assert_eq!(seen, [vec![(1, 1), (2, 0)], vec![(1, 0)]], "each once, and no other");
    let live = commands.send(Look { order: id() }).await.unwrap();
    assert_eq!(live, *order(&app).await);
}

#[tokio::test]
async fn the_aggregate_and_the_member_both_handle_one_event() {
    let (app, commands) = order_of(&["tea", "rum"]).await;
    for sku in ["tea", "rum"] {
        let sku = sku.to_owned();
        commands.send(Reserve { order: id(), sku, quantity: 1 }).await.unwrap();
    }
    assert_eq!(order(&app).await.reserved, 4);
    assert_eq!((line(&app, "tea").await.quantity, line(&app, "rum").await.quantity), (2, 2));
}

#[tokio::test]
async fn an_event_reaches_every_member_with_its_key_at_every_depth() {
    let (app, commands) = order_of(&["tea", "rum", "tea"]).await;
    let sku = || "tea".to_owned();
    commands.send(ChangeQuantity { order: id(), sku: sku(), quantity: 3 }).await.unwrap();
    commands.send(FitPart { order: id(), sku: sku(), part: 1 }).await.unwrap();
    commands.send(TightenPart { order: id(), sku: sku(), part: 1 }).await.unwrap();
    let lines = order(&app).await.into_inner().lines;
    let tight = [Part { part: 1, turns: 1 }];
    let seen: Vec<_> = lines.iter().map(|line| (line.quantity, &line.parts[..])).collect();
    assert_eq!(seen, [(3, &tight[..]), (0, &[]), (3, &tight)], "both, and no other");
}

#[tokio::test]
async fn an_event_for_all_reaches_all_at_every_depth() {
    let (app, commands) = order_of(&["car", "bus"]).await;
    for sku in ["car", "bus"] {
        let sku = || sku.to_owned();
        commands.send(FitPart { order: id(), sku: sku(), part: 1 }).await.unwrap();
        commands.send(TightenPart { order: id(), sku: sku(), part: 1 }).await.unwrap();
    }
    commands.send(CancelOrder { order: id() }).await.unwrap();
    for sku in ["car", "bus"] {
        let line = line(&app, sku).await;
        assert!(!line.is_open);
        assert_eq!(line.parts, [Part { part: 1, turns: 0 }]);
    }
    assert!(order(&app).await.slips[&7].is_used, "in a hash map too");
}

#[tokio::test]
async fn an_event_for_a_member_that_is_gone_changes_nothing() {
    let (app, commands) = order_of(&["tea"]).await;
    commands.send(RemoveLine { order: id(), sku: "tea".to_owned() }).await.unwrap();
    // Decided by something that did not look.
    let mut order = order(&app).await.into_inner();
    let late = QuantityChanged { sku: "tea".to_owned(), quantity: 3 };
    late.evolve(&mut order).unwrap();
    assert!(order.lines.is_empty());
}

#[test]
fn the_events_of_members_are_in_the_aggregates_enum() {
    let event = OrderEvent::from(PartTightened { sku: "car".to_owned(), part: 1 });
    assert!(matches!(event, OrderEvent::PartTightened(_)));
}

#[test]
fn a_change_of_a_members_handler_makes_old_snapshots_useless() {
    // The aggregate's hash takes in those of the types in its fields that have one.
    assert_ne!(Line::HASH, Part::HASH);
    assert_ne!(Line::HASH, 0);
}
