//! What bad orders and arguments get: one clear sentence, the right exit code, nothing stored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use program::Place;

fn with_order() -> Place {
    let place = Place::new();
    place.done(&["place", "a", "--customer", "ann"]);
    place
}

#[test]
fn every_command_says_where_the_store_is() {
    let place = with_order();
    place.done(&["add-item", "a", "PEN", "--price", "2.50"]);
    let path = place.path("data/orders.db").canonicalize().unwrap();
    for command in
        [&["list"][..], &["show", "a"], &["history", "a"], &["confirm", "a"], &["report"]]
    {
        let ended = place.done(&[command, &["--store", "sqlite:data/orders.db"]].concat());
        assert!(ended.err.contains(path.to_str().unwrap()), "{command:?}: {ended:?}");
    }
}

#[test]
fn an_unknown_order_is_rejected() {
    let place = with_order();
    for command in ["confirm", "pay", "ship", "cancel"] {
        place.run(&[command, "nobody"]).failed(1, "does not exist");
    }
    for command in ["show", "history"] {
        let told =
            "there is no order and no credit note `nobody`; `order list` shows what there is";
        place.run(&[command, "nobody"]).failed(1, told);
    }
    place.run(&["add-item", "nobody", "PEN", "--price", "1"]).failed(1, "does not exist");
}

#[test]
fn a_duplicate_order_is_rejected() {
    with_order().run(&["place", "a"]).failed(1, "exists already; use another id");
}

#[test]
fn a_rule_of_the_order_is_told() {
    with_order().run(&["confirm", "a"]).failed(1, "the order is empty; add an item first");
}

#[test]
fn an_order_goes_its_way_from_the_command_line() {
    let place = with_order();
    place.done(&["add-item", "a", "PEN", "--price", "2.50", "--quantity", "3"]);
    place.done(&["add-item", "a", "INK", "--price", "1.255"]);
    place.done(&["confirm", "a"]);
    place.run(&["ship", "a"]).failed(1, "pay it first");
    assert!(place.done(&["pay", "a"]).out.contains("receipt house-"));
    place.done(&["ship", "a"]);
    place.run(&["cancel", "a"]).failed(1, "was shipped");

    assert!(place.done(&["show", "a"]).out.contains("shipped, 2 lines, total 8.755"));
    assert!(place.done(&["show", "a", "--at", "1"]).out.contains("open, 1 line, total 7.50"));
    let history = place.done(&["history", "a", "--json"]).out;
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    let moment = history[2]["recorded_at"].as_str().unwrap();
    let then = place.done(&["show", "a", "--as-of", moment]).out;
    assert!(then.contains("open, 2 lines, total 8.755"), "{then}");
    let early = place.run(&["show", "a", "--as-of", "2001-01-01T00:00"]);
    let placed_at = history[0]["recorded_at"].as_str().unwrap();
    early.failed(1, "order `a` did not exist yet at 2001-01-01T00:00:00Z");
    early.failed(1, &format!("its first event was recorded at {placed_at}"));
    let nobody = place.run(&["show", "nobody", "--as-of", "2001-01-01T00:00"]);
    nobody.failed(1, "there is no order and no credit note `nobody`");
    assert!(place.done(&["list"]).out.contains("shipped"));
    assert!(place.done(&["list", "--status", "open"]).out.contains("no orders"));
}

#[test]
fn a_version_that_there_is_not_is_told() {
    let place = with_order();
    let at = |sequence| place.run(&["show", "a", "--at", sequence]);
    at("99").failed(1, "order `a` has 1 event, the last one is 0; 99 was asked for");
    at("-1").failed(2, "a sequence is a whole number, 0 for the first event");
    place.done(&["add-item", "a", "PEN", "--price", "2.50"]);
    at("2").failed(1, "order `a` has 2 events, the last one is 1; 2 was asked for");
    assert_eq!(at("1").code, Some(0));
    place.run(&["show", "b", "--at", "0"]).failed(1, "there is no order and no credit note `b`");
}

#[test]
fn an_id_that_cannot_be_stored_is_wrong_usage() {
    let place = with_order();
    let long = "x".repeat(10_000);
    place.run(&["place", long.as_str()]).failed(2, "255");
    place.run(&["show", long.as_str()]).failed(2, "255");
    place.run(&["place", "a\u{7}b"]).failed(2, "control character");
    for blank in ["", " "] {
        place.run(&["place", blank]).failed(2, "the number is blank");
        place.run(&["show", blank]).failed(2, "the number is blank");
    }
}

/// A bad argument is wrong usage, whether it is no number or one that makes no sense; only what
/// depends on the order is refused by the order.
#[test]
fn an_item_that_makes_no_sense_is_wrong_usage_in_the_words_of_the_domain() {
    let place = with_order();
    let add = |product: &str, quantity: &str, price: &str| {
        let (quantity, price) = (format!("--quantity={quantity}"), format!("--price={price}"));
        place.run(&["add-item", "a", product, quantity.as_str(), price.as_str()])
    };
    for blank in ["", " ", "\t"] {
        add(blank, "1", "1").failed(2, "the product code is blank");
    }
    add("P\tN", "1", "1").failed(2, "the product code holds a control character");
    for quantity in ["", " ", "0", "-1", "1.5", "two", "4294967296"] {
        let told =
            format!("`{quantity}` is no quantity; write a whole number from 1 to 4294967295");
        add("PEN", quantity, "1").failed(2, &told);
    }
    for price in ["", " ", "ten", "£1", "1,50"] {
        add("PEN", "1", price)
            .failed(2, &format!("`{price}` is no price; write it in pounds like"));
    }
    for price in ["0", "0.00", "-1.5"] {
        add("PEN", "1", price).failed(2, &format!("the price `{price}` is not above zero"));
    }
    add("PEN", "1", "1.23456").failed(2, "the price `1.23456` has more than 4 decimals");
    let high = "79228162514264337593543950335";
    add("PEN", "1", high).failed(2, "is larger than 1000000000000000.00");
    let long = ["--description", &"x".repeat(1_001), "--price", "1"];
    place.run(&[&["add-item", "a", "PEN"], &long[..]].concat()).failed(2, "the limit is 1000");
    // Only together are they too much for an order.
    add("PEN", "4294967295", "999999999").failed(1, "the amount is larger than");

    let said = place.run(&["add-item", "a", "PEN", "--price", "1", "--line", "-1"]);
    said.failed(2, "a line is a whole number from 1 to 4294967295");
    let said = place.run(&["add-item", "a", "PEN", "--quantity", "--price", "1"]);
    said.failed(2, "a value is required for '--quantity <QUANTITY>'");
    assert!(place.done(&["show", "a"]).out.contains("open, 0 lines"));
}

#[test]
fn who_orders_and_from_where_is_not_blank() {
    let place = with_order();
    place.run(&["place", "b", "--country", " "]).failed(2, "the country is blank");
    place.run(&["place", "b", "--customer", ""]).failed(2, "the customer's name is blank");
    place.run(&["show", "b"]).failed(1, "there is no order and no credit note `b`");
}

#[test]
fn the_help_says_what_an_exit_code_means() {
    let help = Place::new().done(&["--help"]).out;
    for rule in ["0 done", "1 refused by a rule of the shop, or failed", "2 wrong usage"] {
        assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").contains(rule), "{help}");
    }
}

#[test]
fn a_store_that_nobody_knows_is_refused() {
    let place = Place::new();
    let refused = |url: &str, part: &str| {
        for command in [&["list"][..], &["place", "a"]] {
            place.run(&[command, &["--store", url]].concat()).failed(2, part);
        }
    };
    refused("mysql://localhost", "`mysql:` is no store that this program knows");
    refused("sqlit:x.db", "it knows `sqlite:`; write for example --store sqlite:data/orders.db");
    refused("data/orders.db", "it has no scheme; write for example `sqlite:data/orders.db`");
    refused("sqlite:", "names no file");
    refused("sqlite://data/orders.db", "the path follows the colon without `//`");
    refused("sqlite:x.db?mode=ro", "there is no option `mode`: a store is always read and written");
    refused("sqlite:x.db?reader=2", "there is no option `reader` (there are: ");
    refused("memory:", "would forget everything when the program ends");
    assert!(!place.path("x.db").exists());
    place.run(&["show", "a", "--as-of", "yesterday"]).failed(2, "2026-01-31T12:00:00Z");
    let too_late = "too late; the last moment is 9999-12-30T22:00:00Z";
    for moment in ["9999-12-31T23:59:59Z", "9999-12-31T23:59"] {
        place.run(&["show", "a", "--as-of", moment]).failed(2, too_late);
    }
}

#[test]
fn failures_are_json_too() {
    let ended = with_order().run(&["show", "nobody", "--json"]);
    let line = ended.err.lines().last().unwrap();
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((ended.code, json["kind"].as_str()), (Some(1), Some("rejected")));
}

#[test]
fn arguments_that_cannot_be_read_are_told_in_json_too() {
    let place = with_order();
    for (arguments, part) in [
        (&["place", "b", "--json", "--country", ""][..], "the country is blank"),
        (&["--json", "place"], "required arguments were not provided: <ORDER>"),
        (&["list", "--json", "--store", "sqlite:"], "names no file"),
    ] {
        let ended = place.run(arguments);
        let json: serde_json::Value = serde_json::from_str(&ended.err).expect(&ended.err);
        assert_eq!((ended.code, json["kind"].as_str()), (Some(2), Some("usage")));
        assert!(json["error"].as_str().unwrap().contains(part), "{ended:?}");
    }
    assert!(place.done(&["list", "--json", "--help"]).out.contains("Usage: order list"));
}

#[test]
fn a_list_of_nothing_is_refused() {
    let place = with_order();
    for limit in ["0", "-1", "all"] {
        place.run(&["list", "--limit", limit]).failed(2, "not a number above 0");
    }
    let told = format!("too large; the largest is {}", usize::MAX);
    place.run(&["list", "--limit", "999999999999999999999999"]).failed(2, &told);
    assert!(place.done(&["list", "--limit", "1"]).out.contains("\na "));
}
