//! Import rows that hold NUL: a number with it is no number, a customer may have it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use program::{Place, sample};

#[test]
fn a_number_with_nul_is_rejected_and_the_other_rows_are_imported() {
    let place = Place::new();
    let mut rows = std::fs::read(sample()).unwrap();
    rows.extend(b"7000\x0010,A,PEN,1,2024-01-01T00:00:00,1,,EIRE\n");
    rows.extend(b"C70001\x00,A,PEN,-1,2024-01-01T00:00:00,1,,EIRE\n");
    place.write("nul.csv", rows);
    let ended = place.done(&["import", "nul.csv"]);
    assert!(ended.out.contains("imported 19 rows; 6 of them were rejected"), "{ended:?}");
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    for line in
        ["19,`InvoiceNo` `7000\u{0}10` is neither", "20,`InvoiceNo` `C70001\u{0}` is neither"]
    {
        assert!(rejects.contains(line), "{rejects}");
    }
    let report = place.done(&["report"]).out;
    assert!(report.contains("orders 6\norder_lines 10\nrevenue 170.025\n"), "{report}");
}

#[test]
fn a_customer_with_nul_is_a_customer() {
    let place = Place::new();
    let mut rows = std::fs::read(sample()).unwrap();
    rows.extend(b"700010,A,PEN,1,2024-01-01T00:00:00,1,a\x00b,EIRE\n");
    place.write("nul.csv", rows);
    place.done(&["import", "nul.csv"]);
    let report = place.done(&["report", "--by", "customer", "--json"]).out;
    assert!(report.contains("a\\u0000b"), "{report}");
}
