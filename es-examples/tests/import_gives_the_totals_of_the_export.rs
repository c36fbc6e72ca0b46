//! The real export: imported through commands and events, its totals are right to the last digit,
//! also when it is imported twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use program::{Place, real_export};

const TOTALS: &str = "rows 209029
orders 8126
order_lines 203954
revenue 4064726.591
credit_notes 1677
credit_lines 3783
credits -357898.95
rejected_rows 1292
";

const LARGEST: [(&str, &str); 5] = [
    ("United Kingdom", "3117720.121"),
    ("Netherlands", "112906.68"),
    ("Germany", "91688.25"),
    ("EIRE", "84635.69"),
    ("France", "71756.53"),
];

#[test]
fn totals_are_right_to_the_last_digit_however_often_it_is_imported() {
    let Some(export) = real_export() else { return };
    let place = Place::new();
    for stored in ["stored", "stored already"] {
        let import = place.done(&["import", export.to_str().unwrap()]).out;
        let told = format!("read 209029 rows: 207737 {stored}, 1292 rejected, see");
        assert!(import.contains(&told), "{import}");
        assert_eq!(place.done(&["report"]).out, TOTALS);
    }

    let by_country = place.done(&["report", "--by", "country", "--json"]).out;
    let by_country: serde_json::Value = serde_json::from_str(&by_country).unwrap();
    for (group, (country, net)) in by_country.as_array().unwrap().iter().zip(LARGEST) {
        assert_eq!((group["country"].as_str(), group["net"].as_str()), (Some(country), Some(net)));
    }
    let rejects = std::fs::read_to_string(place.path("data/rejects.csv")).unwrap();
    assert_eq!(rejects.lines().count(), 1 + 1_292);
    let first = rejects.lines().nth(1).unwrap();
    assert!(first.contains("is not above zero") || first.contains("`Quantity`"));
}
