//! One fixture per rule of a credit note and of an import.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use es_core::testing::given;
use es_examples::{
    credit_note::{
        AddCredit, CreditAdded, CreditNote, CreditNoteError, CreditNoteId, CreditNoteIssued,
    },
    import::{FileImported, FinishImport, Import, ImportId, ImportStarted, StartImport},
    item::{Item, TooLarge},
    money::Money,
};

fn note_id() -> CreditNoteId {
    CreditNoteId::from("C1")
}

fn item(quantity: u32) -> Item {
    Item {
        product: "22423".parse().unwrap(),
        description: "".parse().unwrap(),
        quantity: quantity.try_into().unwrap(),
        unit_price: "2.50".parse().unwrap(),
    }
}

fn issued() -> CreditNoteIssued {
    CreditNoteIssued {
        credit_note_id: note_id(),
        customer: None,
        country: "EIRE".parse().unwrap(),
        issued_at: "2010-12-01T08:26:00Z".parse().unwrap(),
    }
}

fn credited(line: u32) -> CreditAdded {
    CreditAdded {
        credit_note_id: note_id(),
        line,
        item: item(2),
        amount: Money::pence(-500),
        customer: None,
        country: "EIRE".parse().unwrap(),
        issued_at: issued().issued_at,
    }
}

fn add(line: u32, quantity: u32) -> AddCredit {
    AddCredit { credit_note_id: note_id(), line, item: item(quantity) }
}

#[test]
fn a_credit_counts_below_zero_and_carries_what_reports_need() {
    given::<CreditNote>().events(issued()).when(add(1, 2)).then_events(credited(1));
}

#[test]
fn a_known_line_of_a_credit_note_stores_nothing() {
    given::<CreditNote>().events((issued(), credited(1))).when(add(1, 2)).then_nothing();
}

#[test]
fn a_known_line_is_not_another_item() {
    let when = given::<CreditNote>().events((issued(), credited(1))).when(add(1, 3));
    when.then_error(CreditNoteError::AnotherItem(1));
}

#[test]
fn a_credit_that_is_no_longer_exact_is_refused() {
    let huge = Item { unit_price: "1000000000000000".parse().unwrap(), ..item(2) };
    let add = AddCredit { credit_note_id: note_id(), line: 1, item: huge };
    given::<CreditNote>().events(issued()).when(add).then_error(TooLarge.into());
}

fn import_id() -> ImportId {
    ImportId("ab".repeat(32))
}

fn started() -> ImportStarted {
    ImportStarted { import_id: import_id(), file: "a.csv".to_owned() }
}

fn imported(rejected: u64) -> FileImported {
    FileImported { import_id: import_id(), rows: 3, rejected }
}

fn start() -> StartImport {
    StartImport { import_id: import_id(), file: "a.csv".to_owned() }
}

fn finish(rejected: u64) -> FinishImport {
    FinishImport { import_id: import_id(), rows: 3, rejected }
}

#[test]
fn the_first_start_of_an_import_is_noted() {
    given::<Import>().when(start()).then_events(started());
}

#[test]
fn starting_an_import_again_stores_nothing() {
    given::<Import>().events(started()).when(start()).then_nothing();
}

#[test]
fn an_import_ends_with_its_counts() {
    given::<Import>().events(started()).when(finish(1)).then_events(imported(1));
}

#[test]
fn an_import_ends_once() {
    given::<Import>().events((started(), imported(1))).when(finish(2)).then_nothing();
}
