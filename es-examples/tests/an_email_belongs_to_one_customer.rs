//! No two customers have one e-mail address, however many try at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use std::{sync::Arc, time::Duration};

use es_core::{app::App, command::CommandError, event::Partition};
use es_examples::customer::{
    Customer, CustomerError, CustomerId, CustomerRegistered, RegisterCustomer, register,
};
use es_sqlite as _;
use program::Place;
use tokio::task::JoinSet;

async fn app(place: &Place) -> App {
    let store = format!("sqlite:{}", place.path("orders.db").display());
    App::builder().store(store).only::<(Customer, register)>().start().await.unwrap()
}

fn registration(number: u32, email: &str) -> RegisterCustomer {
    let customer_id = CustomerId(number.to_string());
    let name = format!("Customer {number}").parse().unwrap();
    RegisterCustomer { customer_id, name, email: email.parse().unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_registrations_at_once_one_gets_the_address() {
    let place = Place::new();
    let app = Arc::new(app(&place).await);
    let mut sending = JoinSet::new();
    for number in 0..50 {
        let app = Arc::clone(&app);
        sending.spawn(async move {
            let sent = app.commands().send(registration(number, "ada@example.com")).await;
            sent.map_err(|error| match error {
                CommandError::Rejected { error: CustomerError::EmailInUse { .. }, .. } => "taken",
                other => panic!("{other}"),
            })
        });
    }
    let registered = sending.join_all().await.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(registered, 1);
    let head = app.log().head(Partition::default()).await.unwrap();
    assert_eq!(head.0, 1, "one event is stored");
    Arc::into_inner(app).unwrap().shutdown(Duration::from_secs(10)).await.unwrap();
}

#[tokio::test]
async fn the_rule_outlives_a_restart() {
    let place = Place::new();
    let first = app(&place).await;
    first.commands().send(registration(1, "ada@example.com")).await.unwrap();
    first.shutdown(Duration::from_secs(10)).await.unwrap();
    let second = app(&place).await;
    let error = second.commands().send(registration(2, " ADA@example.com ")).await.unwrap_err();
    assert!(error.is_rejection(), "{error}");
    let again = second.commands().send(registration(1, "ada@example.com")).await.unwrap_err();
    assert!(matches!(again, CommandError::AlreadyExists { .. }), "{again}");
    second.commands().send(registration(2, "bob@example.com")).await.unwrap();
    second.shutdown(Duration::from_secs(10)).await.unwrap();
}

#[test]
fn the_program_registers_and_refuses() {
    let place = Place::new();
    let register = |number, email| {
        place.run(&["register", number, "--name", "Ada Lovelace", "--email", email])
    };
    let first = register("1", "Ada@Example.com");
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(first.out, "customer 1: Ada Lovelace <ada@example.com>\n");
    register("2", "ada@example.com").failed(1, "belongs to another customer");
    register("1", "ada@example.com").failed(1, "exists already");
}

#[test]
fn a_name_and_an_address_that_are_none_are_told() {
    let place = Place::new();
    let register = |name: &str, email: &str| {
        place.run(&["register", "1", &format!("--name={name}"), &format!("--email={email}")])
    };
    for email in
        ["", " ", "@", "ada", "ada@", "@host", "a b", "a b@host", "a@b@c", "a@b..c", "a@b\tc"]
    {
        register("Ada", email).failed(2, "is no e-mail address; it looks like `ada@example.com`");
    }
    let long = format!("{}@example.com", "a".repeat(3000));
    register("Ada", &long).failed(2, "an e-mail address has at most 254 bytes, and this one has");
    for name in ["", "  ", "\t"] {
        register(name, "ada@example.com").failed(2, "the customer's name is blank");
    }
    register("Ada\tLovelace", "ada@example.com")
        .failed(2, "the customer's name holds a control character; write it on one line");
    register(&"a".repeat(201), "ada@example.com")
        .failed(2, "the customer's name has 201 characters; the limit is 200");
    assert!(!place.path("data").exists(), "nothing is opened for it");
    let registered = register(" Ada Lovelace ", " Ada@Example.com ");
    assert_eq!(registered.out, "customer 1: Ada Lovelace <ada@example.com>\n");
}

#[tokio::test]
async fn a_refusal_names_its_reason_by_type() {
    let place = Place::new();
    let app = app(&place).await;
    app.commands().send(registration(1, "ada@example.com")).await.unwrap();
    let error = app.commands().send(registration(2, "ada@example.com")).await.unwrap_err();
    let email = "ada@example.com".parse().unwrap();
    assert_eq!(error.rejection(), Some(&CustomerError::EmailInUse { email }));
    app.shutdown(Duration::from_secs(10)).await.unwrap();
}

#[test]
fn an_address_that_was_stored_under_other_rules_is_still_read() {
    let stored = r#"{"customer_id":"1","name":"","email":"a b@c d"}"#;
    let event: CustomerRegistered = serde_json::from_str(stored).unwrap();
    assert_eq!(event.email.to_string(), "a b@c d");
}
