//! Two applications on one log: what stores nothing is answered from what the log says, and never
//! from a copy that the other one has made stale.

use std::sync::Arc;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::registry::Component;
use es_core::store::{EventStore, MemoryLog};

use super::members::domain::{AddLine, ChangeQuantity, Order, PlaceOrder, RemoveLine};
use super::shapes::domain::{Account, Close, Deposit, Open, Peek};

async fn two<A: Component>() -> [CommandGateway; 2] {
    let log = Arc::new(MemoryLog::new()) as Arc<dyn EventStore>;
    let start = || App::test().store(Arc::clone(&log)).only::<A>().start();
    [start().await.unwrap().commands(), start().await.unwrap().commands()]
}

#[tokio::test]
async fn what_exists_in_the_copy_alone_is_not_said_to_exist() {
    let [here, there] = two::<Account>().await;
    here.send(Open::new("a", 0)).await.unwrap();
    there.send(Close::new("a", 0)).await.unwrap();
    let again = here.send(Open::new("a", 0)).await.unwrap_err();
    assert!(matches!(again, CommandError::Deleted { .. }), "{again}");
}

#[tokio::test]
async fn a_version_is_compared_with_that_of_the_log() {
    let [here, there] = two::<Account>().await;
    here.send(Open::new("a", 0)).await.unwrap();
    there.send(Deposit::new("a", 3)).await.unwrap();
    let peek = |seen| Peek { account: "a".into(), seen: Some(Sequence(seen)) };
    // The copy is at version 0 and would refuse.
    assert_eq!(here.send(peek(1)).await.unwrap(), 3);
    there.send(Deposit::new("a", 4)).await.unwrap();
    // And now it would answer.
    let passed = here.send(peek(1)).await.unwrap_err();
    let CommandError::VersionMismatch { actual, .. } = passed else { panic!("{passed}") };
    assert_eq!(actual, Sequence(2));
}

#[tokio::test]
async fn a_member_is_missing_or_there_only_if_the_log_says_so() {
    let [here, there] = two::<Order>().await;
    let (order, sku) = (|| "o".to_owned(), || "tea".to_owned());
    here.send(PlaceOrder { order: order(), skus: vec![] }).await.unwrap();
    let add = || AddLine { order: order(), sku: sku() };
    let change = |quantity| ChangeQuantity { order: order(), sku: sku(), quantity };
    there.send(add()).await.unwrap();
    here.send(change(2)).await.unwrap();
    there.send(RemoveLine { order: order(), sku: sku() }).await.unwrap();
    // In the copy the line is there, with this quantity: nothing would be left to do.
    let gone = here.send(change(2)).await.unwrap_err();
    assert!(matches!(gone, CommandError::MemberNotFound { .. }), "{gone}");
    there.send(add()).await.unwrap();
    let again = here.send(add()).await.unwrap_err();
    assert!(matches!(again, CommandError::MemberExists { .. }), "{again}");
    there.send(RemoveLine { order: order(), sku: sku() }).await.unwrap();
    here.send(add()).await.unwrap();
}
