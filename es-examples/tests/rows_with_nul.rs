//! Import rows that hold NUL: neither a number nor a customer has it.
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
    assert!(ended.out.contains("read 19 rows: 13 stored, 6 rejected"), "{ended:?}");
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    for line in
        ["19,rejected,`InvoiceNo` `7000\u{0}10` is", "20,rejected,`InvoiceNo` `C70001\u{0}` is"]
    {
        assert!(rejects.contains(line), "{rejects}");
    }
    let report = place.done(&["report"]).out;
    assert!(report.contains("orders 6\norder_lines 10\nrevenue 170.025\n"), "{report}");
}

#[test]
fn a_customer_with_nul_is_no_customer() {
    let place = Place::new();
    let mut rows = std::fs::read(sample()).unwrap();
    rows.extend(b"700010,A,PEN,1,2024-01-01T00:00:00,1,a\x00b,EIRE\n");
    place.write("nul.csv", rows);
    place.done(&["import", "nul.csv"]);
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    let told = "19,rejected,the customer's name holds a control character; write it on one line";
    assert!(rejects.contains(told), "{rejects}");
    place.run(&["show", "700010"]).failed(1, "there is no order");
}
