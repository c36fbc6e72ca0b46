//! Whatever does not work ends with a sentence for people and with an exit code by one rule: 2 for
//! arguments that are wrong whatever is stored, 1 for what is refused or fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use es_core::app::App;
use es_examples::{
    customer::{Customer, register},
    order::{Bank, CreateOrder, HouseBank, Order, OrderId, PayOrder},
};
use program::{Ended, Place};

/// A shop with an order that is confirmed and one that is empty.
fn shop() -> Place {
    let place = Place::new();
    place.done(&["place", "full"]);
    place.done(&["add-item", "full", "PEN", "--price", "2.50"]);
    place.done(&["confirm", "full"]);
    place.done(&["place", "empty"]);
    place.done(&["register", "1", "--name", "Ada", "--email", "ada@example.com"]);
    place
}

/// What is printed of a value by `{:?}` and by nothing else.
fn looks_like_debug(text: &str) -> bool {
    let marks = ["Error", "Some(", "None", "Ok(", "Err(", "::", "{ ", " }", "Sequence(", "\\\""];
    marks.iter().any(|mark| text.contains(mark))
}

#[track_caller]
fn told(ended: &Ended, code: i32) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    let told = ended.err.lines().find(|line| line.starts_with("error: ")).unwrap();
    assert!(!looks_like_debug(told), "{told}");
    assert!(!told.ends_with('.'), "{told}");
}

#[test]
fn arguments_that_are_wrong_whatever_is_stored_end_with_2() {
    let place = shop();
    for wrong in [
        "pay",
        "pay ",
        "place a --country=",
        "place a --customer=",
        "add-item empty PEN --price 0",
        "add-item empty PEN --price ten",
        "add-item empty PEN --price 1 --quantity 0",
        "add-item empty PEN --price 1 --quantity two",
        "register 2 --name= --email bob@example.com",
        "register 2 --name Bob --email bob",
        "show full --at x",
        "show full --as-of yesterday",
        "list --status lost",
        "list --limit 0",
        "list --credit-notes --status open",
        "report --by colour",
        "list --store mysql:shop",
        "list --store memory:",
        "fly",
    ] {
        let wrong: Vec<_> = wrong.split(' ').collect();
        told(&place.run(&wrong), 2);
    }
}

#[test]
fn what_is_refused_or_fails_ends_with_1() {
    let place = shop();
    place.write("data/notes.txt", "no database, but long enough to be mistaken for one".repeat(99));
    for refused in [
        "place full",
        "pay nobody",
        "show nobody",
        "history nobody",
        "confirm empty",
        "pay empty",
        "ship full",
        "add-item full PEN --price 1",
        "add-item empty PEN --price 999999999 --quantity 4294967295",
        "register 2 --name Bob --email ada@example.com",
        "show full --at 99",
        "show full --as-of 2001-01-01T00:00",
        "import none.csv",
        "import data",
        "import data/notes.txt",
        "list --store sqlite:none.db",
        "list --store sqlite:data/notes.txt",
    ] {
        let refused: Vec<_> = refused.split(' ').collect();
        told(&place.run(&refused), 1);
    }
}

/// A `main` that returns an error prints its `Debug`.
#[tokio::test]
async fn a_main_that_returns_what_a_command_failed_with_prints_a_sentence() {
    let app = App::test()
        .only::<(Order, Customer, register)>()
        .provide::<dyn Bank>(std::sync::Arc::new(HouseBank))
        .start()
        .await
        .unwrap();
    let order_id = OrderId::from("a");
    let printed = |error: Box<dyn std::error::Error>| format!("{error:?}");
    let pay = PayOrder { order_id: order_id.clone() };
    let unknown = printed(app.commands().send(pay.clone()).await.unwrap_err().into());
    let create = CreateOrder {
        order_id,
        customer: None,
        country: "EIRE".parse().unwrap(),
        placed_at: "2026-01-31T12:00:00Z".parse().unwrap(),
    };
    app.commands().send(create).await.unwrap();
    let refused = printed(app.commands().send(pay).await.unwrap_err().into());
    assert!(unknown.starts_with("`Order a` does not exist; create it first"), "{unknown}");
    assert!(refused.starts_with("the order is not confirmed; confirm it first"), "{refused}");
    assert!(!looks_like_debug(&unknown) && !looks_like_debug(&refused), "{unknown}, {refused}");
}

#[test]
fn a_debug_text_is_found() {
    for text in ["NotFound { id: 1 }", "Some(1)", "OrderError", "es_core::command"] {
        assert!(looks_like_debug(text), "{text}");
    }
    assert!(!looks_like_debug("error: the order is not paid; pay it first"));
}
