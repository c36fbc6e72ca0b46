//! Text with places to fill.

use std::ops::Range;

/// Repeats `template` for each number; `#` stands for the number in two digits.
pub(super) fn each(numbers: Range<usize>, template: &str) -> String {
    numbers.map(|number| template.replace('#', &format!("{number:02}"))).collect()
}

/// Fills each place `<name>` of `template`.
pub(super) fn fill(template: &str, places: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in places {
        text = text.replace(&format!("<{name}>"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_numbers_counted() {
        assert_eq!(each(1..3, "a#b# "), "a01b01 a02b02 ");
        assert_eq!(fill("<one> and <two>", &[("one", "1"), ("two", "2")]), "1 and 2");
    }
}
