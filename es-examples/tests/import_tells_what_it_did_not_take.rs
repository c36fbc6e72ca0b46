//! What an import does not take as it stands: each row is told with its reason, nothing that is
//! told is lost, and nothing is left behind in the store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use program::{Ended, Place, sample};

/// A shop that imports one export after the other, always under the name `a.csv`.
struct Desk {
    place: Place,
}

impl Desk {
    fn new() -> Self {
        Self { place: Place::new() }
    }

    fn import(&self, rows: &[&str]) -> Ended {
        let sample = std::fs::read_to_string(sample()).unwrap();
        let header = sample.lines().next().unwrap();
        self.place.write("a.csv", format!("{header}\n{}\n", rows.join("\n")));
        self.place.done(&["import", "a.csv"])
    }

    fn list(&self, name: &str) -> String {
        std::fs::read_to_string(self.place.path("data").join(name)).unwrap()
    }

    fn report(&self) -> String {
        self.place.done(&["report"]).out
    }
}

const PEN: &str = "1,A,PEN,1,2024-01-01T00:00:00,1,c,EIRE";
const INK: &str = "1,B,INK,1,2024-01-01T00:00:00,1,c,EIRE";
const CREDIT: &str = "C2,A,PEN,-1,2024-01-01T00:00:00,1,c,EIRE";

#[test]
fn rows_that_are_neither_sale_nor_credit_are_listed_with_their_reasons() {
    let place = Place::new();
    let ended = place.done(&["import", sample().to_str().unwrap()]);
    let path = std::path::absolute(place.path("data/rejects.csv")).unwrap();
    let path = path.canonicalize().unwrap();
    assert_eq!(ended.out, format!("read 17 rows: 13 stored, 4 rejected, see {}\n", path.display()));
    let listed = std::fs::read_to_string(path).unwrap();
    let rows: Vec<_> = listed.lines().collect();
    assert!(rows[0].starts_with("file,line,outcome,reason,InvoiceNo,"), "{listed}");
    assert!(
        rows[1]
            .contains("orders.csv,12,rejected,\"`Quantity` of a sale must be above 0, it is 0\",")
    );
    assert_eq!(rows.len(), 5);
}

#[test]
fn an_import_that_stores_nothing_new_says_so() {
    let desk = Desk::new();
    assert_eq!(desk.import(&[PEN, INK]).out, "read 2 rows: 2 stored, 0 rejected\n");
    assert_eq!(desk.import(&[PEN, INK]).out, "read 2 rows: 2 stored already, 0 rejected\n");
}

#[test]
fn the_list_of_an_import_that_was_killed_is_written_anew() {
    let desk = Desk::new();
    let bad = PEN.replace("PEN,1,", "PEN,0,");
    let header = std::fs::read_to_string(sample()).unwrap().lines().next().unwrap().to_owned();
    // Before it met a row.
    desk.place.write("data/rejects.csv", format!("file,line,outcome,reason,{header}\n"));
    let ended = desk.import(&[&bad]);
    assert!(ended.out.trim_end().ends_with("data/rejects.csv"), "{ended:?}");
    assert_eq!(desk.list("rejects.csv").lines().count(), 2);
}

#[test]
fn an_invoice_of_which_no_row_is_taken_leaves_no_empty_order_behind() {
    let desk = Desk::new();
    desk.import(&[
        PEN,
        // For a reason of each kind: the price, the amount, a text, the country.
        "3,A,PEN,1,2024-01-01T00:00:00,1.23456,,EIRE",
        "4,A,PEN,4294967295,2024-01-01T00:00:00,999999999999999,,EIRE",
        &format!("5,A,{},1,2024-01-01T00:00:00,1,,EIRE", "x".repeat(3 << 20)),
        &format!("6,A,PEN,1,2024-01-01T00:00:00,1,,{}", "x".repeat(3 << 20)),
        "C7, ,PEN,-1,2024-01-01T00:00:00,1,,EIRE",
    ]);
    assert_eq!(desk.list("rejects.csv").lines().count(), 6);
    for number in ["3", "4", "5", "6", "C7"] {
        desk.place.run(&["show", number]).failed(1, "there is no order and no credit note");
    }
    let list = desk.place.done(&["list"]).out;
    assert_eq!(list.lines().count(), 2, "{list}");
}

#[test]
fn an_order_is_opened_with_its_first_row_that_is_taken() {
    let desk = Desk::new();
    desk.import(&[&PEN.replace(",1,c,EIRE", ",0,c,France"), INK]);
    let shown = desk.place.done(&["show", "1"]).out;
    assert!(shown.contains("paid, 1 line, total 1.00\ncustomer c, EIRE\n"), "{shown}");
}

#[test]
fn a_line_for_an_order_that_is_confirmed_is_a_rejected_row() {
    let desk = Desk::new();
    desk.import(&[PEN]);
    let longer = desk.import(&[PEN, INK]);
    assert!(longer.out.starts_with("read 2 rows: 1 stored, 1 rejected, see "), "{longer:?}");
    let told = "3,rejected,the order is confirmed and takes no more items";
    assert!(desk.list("rejects.csv").contains(told), "{}", desk.list("rejects.csv"));
}

#[test]
fn a_row_that_has_changed_is_rejected_and_what_is_stored_stays_as_it_is() {
    let desk = Desk::new();
    desk.import(&[PEN, INK, CREDIT]);
    let new = "3,A,PEN,1,2024-05-01T00:00:00,1,,EIRE";
    let again =
        desk.import(&[PEN, &INK.replace("INK,1", "INK,7"), &CREDIT.replace("-1", "-2"), new]);
    assert!(again.err.contains("a.csv` has changed since it was imported"), "{again:?}");
    assert!(again.out.starts_with("read 4 rows: 2 stored, 2 rejected, see "), "{again:?}");
    let listed = desk.list("rejects.csv");
    for told in [
        "3,rejected,`1` is stored with another item as its line 2,1,B,INK,7",
        "4,rejected,`C2` is stored with another item as its line 1,C2,A,PEN,-2",
    ] {
        assert!(listed.contains(told), "`{told}` in {listed}");
    }
    let totals = "orders 2\norder_lines 3\nrevenue 3.00\ncredit_notes 1\ncredit_lines 1\n\
                  credits -1.00\n";
    assert!(desk.report().contains(totals), "{}", desk.report());
}

/// The rows of an invoice say whose it is as well. Their items are stored, so they are not
/// rejected; and a row that is gone says nothing at all.
#[test]
fn an_invoice_that_has_changed_is_told_and_its_rows_are_not_called_rejected() {
    let desk = Desk::new();
    let first = desk.import(&[PEN, INK, CREDIT]);
    assert_eq!(first.out, "read 3 rows: 3 stored, 0 rejected\n");
    assert!(!desk.place.path("data/rejects.csv").exists(), "a list of nothing is not kept");

    let again = desk.import(&[&PEN.replace("EIRE", "France"), &CREDIT.replace(",c,", ",d,")]);
    let told = "read 2 rows: 2 stored, 0 rejected; 2 invoices differ from what is stored, which \
                stays, see ";
    assert!(again.out.starts_with(told), "{again:?}");
    let listed = desk.list("rejects.csv");
    for told in [
        "2,differs,\"the item is stored; `1` stays as it is stored: country `EIRE`, not `France`; \
         2 lines, not 1\",1,A,PEN",
        "3,differs,\"the item is stored; `C2` stays as it is stored: customer `c`, not customer \
         `d`\",C2,A,PEN",
    ] {
        assert!(listed.contains(told), "`{told}` in {listed}");
    }
    let report = desk.report();
    assert!(report.contains("orders 1\norder_lines 2\nrevenue 2.00\n"), "{report}");
    assert!(report.contains("rejected_rows 0\n"), "{report}");
}

#[test]
fn a_row_for_two_reasons_is_one_row() {
    let desk = Desk::new();
    desk.import(&[PEN]);
    let again = desk.import(&["1,A,PEN,5,2024-01-02T00:00:00,1,c,EIRE"]);
    assert!(again.out.starts_with("read 1 row: 0 stored, 1 rejected, see "), "{again:?}");
    let told = "2,rejected,\"`1` is stored with another item as its line 1; `1` stays as it is \
                stored: time 2024-01-01T00:00:00Z, not 2024-01-02T00:00:00Z\",";
    let listed = desk.list("rejects.csv");
    assert!(listed.contains(told) && listed.lines().count() == 2, "{listed}");
}

#[test]
fn a_file_that_was_corrected_counts_once_and_one_in_another_folder_for_itself() {
    let desk = Desk::new();
    desk.import(&[PEN, &INK.replace("INK,1", "INK,0")]);
    assert!(desk.report().starts_with("rows 2\n"), "{}", desk.report());
    desk.import(&[PEN, &CREDIT.replace("-1", "0"), CREDIT]);
    let report = desk.report();
    assert!(report.starts_with("rows 3\n") && report.ends_with("rejected_rows 1\n"), "{report}");

    let header = std::fs::read_to_string(sample()).unwrap().lines().next().unwrap().to_owned();
    desk.place.write("may/a.csv", format!("{header}\n{}\n", PEN.replace("1,A", "9,A")));
    desk.place.done(&["import", "may/a.csv"]);
    assert!(desk.report().starts_with("rows 4\n"), "{}", desk.report());
}

#[test]
fn a_file_has_one_list_and_that_of_another_file_is_never_written_over() {
    let desk = Desk::new();
    let bad = PEN.replace("PEN,1,", "PEN,0,");
    for rows in [3, 1, 2] {
        let ended = desk.import(&vec![bad.as_str(); rows]);
        assert!(ended.out.trim_end().ends_with("data/rejects.csv"), "{ended:?}");
        assert_eq!(desk.list("rejects.csv").lines().count(), 1 + rows, "that of the last import");
    }
    for again in [1, 2] {
        desk.place.write("b.csv", std::fs::read(desk.place.path("a.csv")).unwrap());
        let ended = desk.place.done(&["import", "b.csv"]);
        assert!(ended.out.trim_end().ends_with("data/rejects-2.csv"), "{again}: {ended:?}");
    }
    assert!(desk.list("rejects.csv").contains("a.csv,2,rejected,"), "it is left alone");
    assert!(desk.list("rejects-2.csv").contains("b.csv,2,rejected,"));
    desk.import(&[PEN]);
    assert!(!desk.place.path("data/rejects.csv").exists(), "nothing is left to list");

    desk.import(&[&bad]);
    desk.place.write("mine.csv", "");
    desk.place.done(&["import", "a.csv", "--rejects", "mine.csv"]);
    let mine = std::fs::read_to_string(desk.place.path("mine.csv")).unwrap();
    assert_eq!(mine.lines().count(), 2, "an empty file is taken as it is");
}
