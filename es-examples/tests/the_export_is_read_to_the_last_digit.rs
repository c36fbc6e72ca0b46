//! The rows of the real export, without a store: their counts and their exact sums.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use es_examples::{
    money::Money,
    retail::{Kind, RetailFile, Survey},
};

#[test]
fn rows_sums_and_rejections_are_those_of_the_data_page() {
    let Some(path) = program::real_export() else { return };
    let file = RetailFile::at(path).unwrap();
    let mut rows = file.rows().unwrap();
    let (mut sales, mut credits, mut rejected) = ((0, Money::ZERO), (0, Money::ZERO), 0);
    while let Some(row) = rows.next_row().unwrap() {
        let Ok(line) = row.meaning else {
            rejected += 1;
            continue;
        };
        let sum = if line.kind == Kind::Sale { &mut sales } else { &mut credits };
        sum.0 += 1;
        sum.1 += line.item.amount();
    }
    assert_eq!((sales.0, sales.1.to_string().as_str()), (203_954, "4064726.591"));
    assert_eq!((credits.0, credits.1.to_string().as_str()), (3_783, "357898.95"));
    assert_eq!(rejected, 1_292);

    let survey = Survey::of(&file).unwrap();
    assert_eq!((survey.rows, survey.orders()), (209_029, 8_126));
    assert_eq!(survey.hash, rows.hash());
}
