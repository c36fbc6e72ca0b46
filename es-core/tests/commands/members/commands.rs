//! Commands find the member that they name.

use es_core::command::CommandError;
use es_core::testing::given;

use super::domain::*;
use super::{id, line, order, order_of};

fn change(sku: &str, quantity: u32) -> ChangeQuantity {
    ChangeQuantity { order: id(), sku: sku.to_owned(), quantity }
}

fn missing<X>(error: &CommandError<X>) -> Option<(&'static str, &str)> {
    match error {
        CommandError::MemberNotFound { member, key, .. } => Some((*member, key.as_str())),
        _ => None,
    }
}

#[tokio::test]
async fn a_command_goes_to_the_member_that_it_names() {
    let (app, commands) = order_of(&["tea", "rum"]).await;
    commands.send(change("rum", 3)).await.unwrap();
    commands.send(change("tea", 5)).await.unwrap();
    // Decided on the member's own state: what is so already stores nothing.
    assert!(commands.send_tracked(change("rum", 3)).await.unwrap().token.is_empty());
    let refused = commands.send(change("rum", 101)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&SoldOut { left: 100 }));
    assert_eq!((line(&app, "tea").await.quantity, line(&app, "rum").await.quantity), (5, 3));
}

#[tokio::test]
async fn a_missing_member_is_an_error_of_its_own() {
    let (_app, commands) = order_of(&["tea"]).await;
    let error = commands.send(change("rum", 3)).await.unwrap_err();
    assert_eq!(missing(&error), Some(("Line", "rum")));
    assert!(error.is_rejection() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        "`Order o` has no `Line` with key `rum`; add it first, or check the key"
    );
    let nobody = ChangeQuantity { order: "x".to_owned(), sku: "tea".to_owned(), quantity: 1 };
    let error = commands.send(nobody).await.unwrap_err();
    assert!(matches!(error, CommandError::NotFound { .. }), "the aggregate is missing: {error}");
}

#[tokio::test]
async fn members_are_found_in_every_kind_of_field() {
    let (app, commands) = order_of(&[]).await;
    commands.send(WrapGift { order: id(), gift: 1 }).await.unwrap();
    let other = commands.send(WrapGift { order: id(), gift: 2 }).await.unwrap_err();
    assert_eq!(missing(&other), Some(("Gift", "2")));
    commands.send(LabelInvoice { order: id(), text: "to Ada".to_owned() }).await.unwrap();
    commands.send(Ship { order: id(), parcel: 4 }).await.unwrap();
    commands.send(Deliver { order: id(), parcel: 4 }).await.unwrap();
    let other = commands.send(Deliver { order: id(), parcel: 5 }).await.unwrap_err();
    assert_eq!(missing(&other), Some(("Parcel", "5")));
    commands.send(Return { order: id(), slip: 7 }).await.unwrap();
    let other = commands.send(Return { order: id(), slip: 8 }).await.unwrap_err();
    assert_eq!(missing(&other), Some(("Slip", "8")));
    let order = order(&app).await;
    assert!(order.gift.as_ref().unwrap().is_wrapped);
    assert_eq!(order.invoice.text, "to Ada");
    assert_eq!(order.parcels[&4].seen, ["shipped", "delivered"]);
    assert!(order.slips[&7].is_used);
}

#[tokio::test]
async fn a_member_inside_a_member_is_found_by_both_keys() {
    let (app, commands) = order_of(&["car", "bus"]).await;
    let fit = |sku: &str| FitPart { order: id(), sku: sku.to_owned(), part: 1 };
    let tighten = |sku: &str, part| TightenPart { order: id(), sku: sku.to_owned(), part };
    // The same key inside two lines is two parts.
    commands.send(fit("car")).await.unwrap();
    commands.send(fit("bus")).await.unwrap();
    commands.send(tighten("bus", 1)).await.unwrap();
    assert_eq!(line(&app, "car").await.parts, [Part { part: 1, turns: 0 }]);
    assert_eq!(line(&app, "bus").await.parts, [Part { part: 1, turns: 1 }]);
    // Whichever level is missing is named.
    let part = commands.send(tighten("car", 2)).await.unwrap_err();
    assert_eq!(missing(&part), Some(("Part", "2")));
    let outer = commands.send(tighten("van", 1)).await.unwrap_err();
    assert_eq!(missing(&outer), Some(("Line", "van")));
    let outer = commands.send(fit("van")).await.unwrap_err();
    assert_eq!(missing(&outer), Some(("Line", "van")));
    let again = commands.send(fit("car")).await.unwrap_err();
    assert!(matches!(again, CommandError::MemberExists { member: "Part", .. }), "{again}");
}

#[tokio::test]
async fn a_handler_without_a_receiver_creates_the_member_once() {
    let (app, commands) = order_of(&["tea"]).await;
    let add = |sku: &str| AddLine { order: id(), sku: sku.to_owned() };
    commands.send(add("rum")).await.unwrap();
    let again = commands.send(add("rum")).await.unwrap_err();
    assert!(again.is_rejection());
    assert_eq!(again.to_string(), "`Order o` has a `Line` with key `rum` already; use another key");
    let nobody = AddLine { order: "x".to_owned(), sku: "rum".to_owned() };
    let nobody = commands.send(nobody).await.unwrap_err();
    assert!(matches!(nobody, CommandError::NotFound { .. }), "{nobody}");
    assert_eq!(order(&app).await.lines.len(), 2);
}

#[tokio::test]
async fn existence_of_the_member_chooses_between_two_handlers() {
    let (app, commands) = order_of(&[]).await;
    for quantity in 1..=3 {
        commands.send(PutLine { order: id(), sku: "tea".to_owned() }).await.unwrap();
        assert_eq!(line(&app, "tea").await.quantity, quantity);
    }
    let ensure = |sku: &str| EnsureLine { order: id(), sku: sku.to_owned() };
    assert!(commands.send_tracked(ensure("tea")).await.unwrap().token.is_empty());
    commands.send(ensure("rum")).await.unwrap();
    assert_eq!(order(&app).await.lines.len(), 2);
}

#[tokio::test]
async fn a_member_is_worked_with_step_by_step() {
    let (app, commands) = order_of(&["tea"]).await;
    let reserve = |quantity| Reserve { order: id(), sku: "tea".to_owned(), quantity };
    assert_eq!(commands.send(reserve(2)).await.unwrap(), 4);
    // A refusal after `apply` leaves nothing behind, neither in the log nor in the live state.
    let refused = commands.send(reserve(90)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&SoldOut { left: 96 }));
    assert_eq!(commands.send(reserve(1)).await.unwrap(), 6);
    assert_eq!((line(&app, "tea").await.quantity, order(&app).await.reserved), (6, 6));
    let error = commands.send(Reserve { order: id(), sku: "rum".to_owned(), quantity: 1 }).await;
    assert_eq!(missing(&error.unwrap_err()), Some(("Line", "rum")));
}

#[tokio::test]
async fn a_place_is_worked_with_whether_the_member_is_there_or_not() {
    let (app, commands) = order_of(&["tea"]).await;
    let remove = || RemoveLine { order: id(), sku: "tea".to_owned() };
    assert!(commands.send(remove()).await.unwrap());
    assert!(!commands.send(remove()).await.unwrap());
    assert!(order(&app).await.lines.is_empty());
}

#[tokio::test]
async fn a_member_that_was_removed_cannot_be_read_and_nothing_is_lost() {
    let (app, commands) = order_of(&["tea"]).await;
    let look = RemoveAndLook { order: id(), sku: "tea".to_owned() };
    let error = commands.send(look).await.unwrap_err();
    let CommandError::Panicked { message, .. } = &error else { panic!("{error}") };
    assert!(message.contains("has removed the `Line`"), "{message}");
    let error = commands.send(FallOver { order: id(), sku: "tea".to_owned() }).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
    commands.send(change("tea", 2)).await.unwrap();
    assert_eq!(line(&app, "tea").await.quantity, 2);
}

#[tokio::test]
async fn commands_of_members_are_sent_by_name_and_described_like_all() {
    let (app, commands) = order_of(&["tea"]).await;
    let json = br#"{"order":"o","sku":"tea","quantity":9}"#;
    commands.named("ChangeQuantity", json).await.unwrap();
    assert_eq!(line(&app, "tea").await.quantity, 9);
    let shown = app.describe().to_string();
    assert!(shown.contains("command ChangeQuantity "), "{shown}");
}

#[test]
fn members_are_tested_through_their_aggregate() {
    let placed = || OrderPlaced { order: id(), skus: vec!["tea".to_owned()] };
    given::<Order>()
        .events(placed())
        .when(change("tea", 2))
        .then_events(QuantityChanged { sku: "tea".to_owned(), quantity: 2 })
        .then_state(|order| assert_eq!(order.lines[0].quantity, 2));
    given::<Order>().events(placed()).when(change("rum", 2)).then_member_not_found("Line", "rum");
    let add = AddLine { order: id(), sku: "tea".to_owned() };
    given::<Order>().events(placed()).when(add).then_member_exists("Line", "tea").then_nothing();
}
