//! Exact decimals: how amounts of money are written.
//!
//! Money is never a floating-point number here. `Decimal` adds and multiplies exactly and is
//! stored as text, so a sum over a million events is right to the last digit.

use rust_decimal::Decimal;

/// Writes an amount without trailing zeros: `4064726.591`, `112906.68`, `5`.
#[must_use]
pub fn exact(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// Writes an amount for a reader of tables: exact, with at least two decimals.
#[must_use]
pub fn pounds(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

#[cfg(test)]
mod tests {
    use super::{exact, pounds};
    use rust_decimal::Decimal;

    #[test]
    fn trailing_zeros_are_dropped_and_digits_never_are() {
        assert_eq!(exact(Decimal::new(112_906_680, 3)), "112906.68");
        assert_eq!(exact(Decimal::new(4_064_726_591, 3)), "4064726.591");
        assert_eq!(exact(Decimal::new(500, 2)), "5");
        assert_eq!(exact(Decimal::ZERO), "0");
    }

    #[test]
    fn tables_show_pence() {
        assert_eq!(pounds(Decimal::new(25, 1)), "2.50");
        assert_eq!(pounds(Decimal::new(-3, 0)), "-3.00");
        assert_eq!(pounds(Decimal::new(2591, 3)), "2.591");
    }
}
