//! One fixture per rule of an order: given these events, when this command, then that.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use es_core::{command::Dispatch, event::CommandId, future::BoxFuture, testing::given};
use es_examples::{
    item::{Item, TooLarge},
    money::Money,
    order::{
        AddItem, Bank, BankError, CancelOrder, ConfirmOrder, CreateOrder, HouseBank, ItemAdded,
        Order, OrderCancelled, OrderConfirmed, OrderCreated, OrderError, OrderId, OrderPaid,
        OrderShipped, PayOrder, Payment, Receipt, Sale, ShipOrder, Status,
    },
};
const PLACED_AT: &str = "2010-12-01T08:26:00Z";

fn id() -> OrderId {
    OrderId::from("1")
}

fn item(quantity: u32, price: &str) -> Item {
    Item {
        product: "22423".parse().unwrap(),
        description: "CAKESTAND".parse().unwrap(),
        quantity: quantity.try_into().unwrap(),
        unit_price: price.parse().unwrap(),
    }
}

fn created() -> OrderCreated {
    OrderCreated {
        order_id: id(),
        customer: "ann".parse().ok(),
        country: "EIRE".parse().unwrap(),
        placed_at: PLACED_AT.parse().unwrap(),
    }
}

fn added(line: u32) -> ItemAdded {
    ItemAdded { order_id: id(), line, item: item(2, "2.50") }
}

fn sale(lines: u32, pence: i64) -> Sale {
    Sale {
        customer: "ann".parse().ok(),
        country: "EIRE".parse().unwrap(),
        placed_at: PLACED_AT.parse().unwrap(),
        lines,
        total: Money::pence(pence),
    }
}

fn confirmed(payment: Payment) -> OrderConfirmed {
    OrderConfirmed { order_id: id(), payment, sale: sale(1, 500) }
}

fn paid() -> OrderPaid {
    OrderPaid { order_id: id(), receipt: "r-1".to_owned(), amount: Money::pence(500) }
}

fn shipped() -> OrderShipped {
    OrderShipped { order_id: id() }
}

fn cancelled(was_confirmed: bool) -> OrderCancelled {
    OrderCancelled { order_id: id(), sale: sale(1, 500), was_confirmed }
}

fn add(line: Option<u32>, item: Item) -> AddItem {
    AddItem { order_id: id(), line, item }
}

fn confirm() -> ConfirmOrder {
    ConfirmOrder { order_id: id(), payment: Payment::Due }
}

fn cancel() -> CancelOrder {
    CancelOrder { order_id: id() }
}

fn ship() -> ShipOrder {
    ShipOrder { order_id: id() }
}

#[test]
fn creating_opens_an_order() {
    let OrderCreated { order_id, customer, country, placed_at } = created();
    given::<Order>()
        .when(CreateOrder { order_id, customer, country, placed_at })
        .then_events(created())
        .then_state(|order| assert!(order.status() == Status::Open && order.items().is_empty()));
}

#[test]
fn an_item_without_a_number_gets_the_next_one() {
    given::<Order>()
        .events((created(), added(7)))
        .when(add(None, item(2, "2.50")))
        .then_events(added(8))
        .then_state(|order| assert_eq!(order.total(), Money::pence(1000)));
}

#[test]
fn a_known_line_stores_nothing() {
    given::<Order>()
        .events((created(), added(1)))
        .when(add(Some(1), item(2, "2.50")))
        .then_nothing();
}

#[test]
fn a_known_line_is_not_another_item() {
    let when = given::<Order>().events((created(), added(1))).when(add(Some(1), item(9, "0.01")));
    when.then_error(OrderError::AnotherItem(1));
}

#[test]
fn after_the_last_line_that_there_can_be_an_item_gets_the_lowest_free_one() {
    for (lines, next) in [([1, u32::MAX], 2), ([2, u32::MAX], 1), ([1, 4], 5)] {
        given::<Order>()
            .events((created(), lines.map(added)))
            .when(add(None, item(2, "2.50")))
            .then_events(added(next));
    }
}

#[test]
fn a_known_line_stores_nothing_whatever_the_status() {
    let events = (created(), added(1), confirmed(Payment::Settled), cancelled(true));
    given::<Order>().events(events).when(add(Some(1), item(2, "2.50"))).then_nothing();
}

#[test]
fn a_confirmed_order_takes_no_more_items() {
    let events = (created(), added(1), confirmed(Payment::Due));
    let when = given::<Order>().events(events).when(add(Some(2), item(2, "2.50")));
    when.then_error(OrderError::AlreadyConfirmed);
}

#[test]
fn a_cancelled_order_takes_no_more_items() {
    let when =
        given::<Order>().events((created(), cancelled(false))).when(add(None, item(1, "0.01")));
    when.then_error(OrderError::Cancelled);
}

#[test]
fn an_amount_that_is_no_longer_exact_is_refused() {
    let huge = item(u32::MAX, "1000000000000000");
    given::<Order>().events(created()).when(add(None, huge)).then_error(TooLarge.into());
    let (full, pen) = (item(1, "1000000000000000"), item(1, "0.01"));
    let full = ItemAdded { item: full, ..added(1) };
    given::<Order>().events((created(), full)).when(add(None, pen)).then_error(TooLarge.into());
}

#[test]
fn confirming_fixes_the_total() {
    given::<Order>()
        .events((created(), added(1)))
        .when(confirm())
        .then_events(confirmed(Payment::Due))
        .then_state(|order| assert_eq!(order.status(), Status::Confirmed));
}

#[test]
fn a_settled_order_is_paid_once_confirmed() {
    given::<Order>()
        .events((created(), added(1)))
        .when(ConfirmOrder { order_id: id(), payment: Payment::Settled })
        .then_events(confirmed(Payment::Settled))
        .then_state(|order| assert_eq!(order.status(), Status::Paid));
}

#[test]
fn confirming_twice_stores_nothing() {
    let given = given::<Order>().events((created(), added(1), confirmed(Payment::Due)));
    given.when(confirm()).then_nothing();
}

#[test]
fn an_empty_order_is_not_confirmed() {
    given::<Order>().events(created()).when(confirm()).then_error(OrderError::Empty);
}

#[test]
fn a_cancelled_order_is_not_confirmed() {
    let given = given::<Order>().events((created(), added(1), cancelled(false)));
    given.when(confirm()).then_error(OrderError::Cancelled);
}

#[test]
fn paying_charges_the_bank_and_answers_with_its_receipt() {
    given::<Order>()
        .events((created(), added(1), confirmed(Payment::Due)))
        .provide::<dyn Bank>(Arc::new(ReceiptBank))
        .when(PayOrder { order_id: id() })
        .then_events(paid())
        .then_reply(Receipt { number: "r-1".to_owned(), amount: Money::pence(500) });
}

#[test]
fn the_bank_is_told_the_commands_id() {
    let sent = CommandId::from_key("the payment");
    given::<Order>()
        .events((created(), added(1), confirmed(Payment::Due)))
        .provide::<dyn Bank>(Arc::new(HouseBank))
        .when_with(PayOrder { order_id: id() }, Dispatch::new().id(sent))
        .then_reply(Receipt { number: format!("house-{sent}"), amount: Money::pence(500) });
}

#[test]
fn paying_twice_answers_with_the_first_receipt() {
    given::<Order>()
        .events((created(), added(1), confirmed(Payment::Due), paid()))
        .provide::<dyn Bank>(Arc::new(HouseBank))
        .when(PayOrder { order_id: id() })
        .then_nothing()
        .then_reply(Receipt { number: "r-1".to_owned(), amount: Money::pence(500) });
}

#[test]
fn an_open_order_cannot_be_paid() {
    given::<Order>()
        .events((created(), added(1)))
        .provide::<dyn Bank>(Arc::new(HouseBank))
        .when(PayOrder { order_id: id() })
        .then_error_matches(|error| *error == OrderError::NotConfirmed);
}

#[test]
fn a_declined_payment_stores_nothing() {
    given::<Order>()
        .events((created(), added(1), confirmed(Payment::Due)))
        .provide::<dyn Bank>(Arc::new(DecliningBank))
        .when(PayOrder { order_id: id() })
        .then_error(OrderError::Declined);
}

#[test]
fn a_paid_order_is_shipped() {
    let given = given::<Order>().events((created(), added(1), confirmed(Payment::Due), paid()));
    given.when(ship()).then_events(shipped());
}

#[test]
fn shipping_twice_stores_nothing() {
    let events = (created(), added(1), confirmed(Payment::Settled), shipped());
    given::<Order>().events(events).when(ship()).then_nothing();
}

#[test]
fn an_unpaid_order_is_not_shipped() {
    let given = given::<Order>().events((created(), added(1), confirmed(Payment::Due)));
    given.when(ship()).then_error(OrderError::NotPaid);
}

#[test]
fn a_cancelled_order_is_not_shipped() {
    let events = (created(), added(1), confirmed(Payment::Settled), cancelled(true));
    given::<Order>().events(events).when(ship()).then_error(OrderError::Cancelled);
}

#[test]
fn cancelling_a_confirmed_order_says_what_to_take_back() {
    given::<Order>()
        .events((created(), added(1), confirmed(Payment::Due)))
        .when(cancel())
        .then_events(cancelled(true))
        .then_state(|order| assert_eq!(order.status(), Status::Cancelled));
}

#[test]
fn cancelling_an_open_order_takes_nothing_back() {
    given::<Order>().events((created(), added(1))).when(cancel()).then_events(cancelled(false));
}

#[test]
fn cancelling_twice_stores_nothing() {
    given::<Order>().events((created(), cancelled(false))).when(cancel()).then_nothing();
}

#[test]
fn a_shipped_order_is_not_cancelled() {
    let events = (created(), added(1), confirmed(Payment::Settled), shipped());
    given::<Order>().events(events).when(cancel()).then_error(OrderError::Shipped);
}

struct ReceiptBank;

impl Bank for ReceiptBank {
    fn charge(&self, _: CommandId, amount: Money) -> BoxFuture<'_, Result<Receipt, BankError>> {
        Box::pin(async move { Ok(Receipt { number: "r-1".to_owned(), amount }) })
    }
}

struct DecliningBank;

impl Bank for DecliningBank {
    fn charge(&self, _: CommandId, _: Money) -> BoxFuture<'_, Result<Receipt, BankError>> {
        Box::pin(async { Err(BankError::Declined) })
    }
}
