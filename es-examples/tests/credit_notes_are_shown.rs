//! What was given back is imported, and can be looked at like an order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use program::{Place, sample};

fn with_sample() -> Place {
    let place = Place::new();
    place.done(&["import", sample().to_str().unwrap()]);
    place
}

#[test]
fn a_credit_note_is_shown_now_and_as_it_was() {
    let place = with_sample();
    let shown = place.done(&["show", "C700009"]).out;
    assert!(
        shown.starts_with("credit note C700009: 2 lines, total -45.30\ncustomer C-3, France\n")
    );
    let items = "line  product  description  given back  price\n   \
                 1  D401     PHOTO FRAME           3   2.10\n   \
                 2  D400     WALL CLOCK            1  39.00\n";
    assert!(shown.ends_with(items), "{shown}");

    let earlier = place.done(&["show", "C700009", "--at", "1"]).out;
    assert!(earlier.starts_with("credit note C700009: 1 line, total -6.30\n"), "{earlier}");
    let beyond = place.run(&["show", "C700009", "--at", "3"]);
    beyond.failed(1, "credit note `C700009` has 3 events, the last one is 2; 3 was asked for");
    let before = place.run(&["show", "C700009", "--as-of", "2001-01-01T00:00"]);
    before.failed(1, "credit note `C700009` did not exist yet at 2001-01-01T00:00:00Z");

    let history = place.done(&["history", "C700009"]).out;
    let states: Vec<_> = history.lines().skip(1).collect();
    assert!(states[0].ends_with("CreditNoteIssued  0 lines, total 0.00"), "{history}");
    assert!(states[2].ends_with("CreditAdded       2 lines, total -45.30"), "{history}");
    let json = place.done(&["show", "C700009", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["credit_note"]["total"], "-45.30");
}

#[test]
fn a_list_says_that_there_are_credit_notes_and_how_to_list_them() {
    let place = with_sample();
    let orders = place.done(&["list"]).out;
    let hint = "2 credit notes beside them; list --credit-notes shows them\n";
    assert!(orders.contains("\n700001 ") && orders.ends_with(hint), "{orders}");
    let listed = place.done(&["list", "--credit-notes"]).out;
    let notes = "credit note  customer  country  issued at         lines   total\n\
                 C700004      C-2       EIRE     2024-03-05 16:20      1   -7.50\n\
                 C700009      C-3       France   2024-04-06 10:10      2  -45.30\n";
    assert_eq!(listed, notes);
    let first = place.done(&["list", "--credit-notes", "--limit", "1"]).out;
    assert!(first.ends_with("… and 1 more; show them with --limit 2\n"), "{first}");
}

#[test]
fn a_shop_without_credit_notes_says_nothing_of_them() {
    let place = Place::new();
    place.done(&["place", "a"]);
    assert_eq!(place.done(&["list", "--credit-notes"]).out, "no credit notes\n");
    assert!(!place.done(&["list"]).out.contains("credit note"));
}

/// In tables, in reports, in JSON and in stored events.
#[test]
fn money_is_written_in_one_form_wherever_it_appears() {
    let place = with_sample();
    place.done(&["place", "a"]);
    place.done(&["add-item", "a", "PEN", "--price", "2.5", "--quantity", "20"]);
    place.done(&["confirm", "a"]);
    for (command, amount) in [
        (&["show", "a"][..], "50.00"),
        (&["show", "a", "--json"], "\"50.00\""),
        (&["show", "a", "--json"], "\"2.50\""),
        (&["history", "a"], "50.00"),
        (&["history", "a", "--json"], "\"total\": \"50.00\""),
        (&["history", "a", "--json"], "\"unit_price\": \"2.50\""),
        (&["list"], "50.00"),
        (&["list", "--json"], "\"50.00\""),
        (&["list", "--json"], "\"55.395\""),
        (&["report"], "revenue 220.025\n"),
        (&["report"], "credits -52.80\n"),
        (&["report", "--json"], "\"-52.80\""),
        (&["report", "--by", "country"], "  45.30  "),
        (&["report", "--by", "country"], "-7.50"),
        (&["report", "--by", "country", "--json"], "\"0.00\""),
    ] {
        let out = place.done(command).out;
        assert!(out.contains(amount), "`{amount}` in {command:?}: {out}");
    }
}
