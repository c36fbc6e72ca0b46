//! Money: exact, and written in one form wherever it appears.

use std::{
    fmt,
    ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign},
    str::FromStr,
};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

/// An amount in pounds, never a floating-point number: a sum over a million of them is right to
/// the last digit.
///
/// Events, tables, reports and JSON all write it with two decimals, and with more only where it
/// has more: `5.00`, `112906.68`, `4064726.591`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Money(Decimal);

/// What is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no amount in pounds; write it like 2.50")]
pub struct InvalidMoney(String);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Returns a number of pence.
    #[must_use]
    pub fn pence(pence: i64) -> Self {
        Self(Decimal::new(pence, 2))
    }

    /// Returns the sum, unless it is larger than any amount can be.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Returns the product, unless it is larger than any amount can be.
    #[must_use]
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        self.0.checked_mul(Decimal::from(times)).map(Self)
    }

    /// Returns whether it needs more decimals than these.
    #[must_use]
    pub fn is_finer_than(self, decimals: u32) -> bool {
        self.0.scale() > decimals && self.0.normalize().scale() > decimals
    }
}

impl FromStr for Money {
    type Err = InvalidMoney;

    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        Decimal::from_str_exact(text).map(Self).map_err(|_| InvalidMoney(text.to_owned()))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut amount = self.0;
        if amount.scale() > 2 {
            amount.normalize_assign();
        }
        if amount.scale() < 2 {
            amount.rescale(2);
        }
        fmt::Display::fmt(&amount, f)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Mul<u32> for Money {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self(self.0 * Decimal::from(times))
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::Money;

    #[test]
    fn pence_are_always_shown_and_no_digit_is_dropped() {
        for (typed, shown) in [
            ("2.5", "2.50"),
            ("-3", "-3.00"),
            ("0", "0.00"),
            ("-0.0", "0.00"),
            ("-0.00", "0.00"),
            ("112906.680", "112906.68"),
            ("4064726.591", "4064726.591"),
        ] {
            let money: Money = typed.parse().unwrap();
            assert_eq!(money.to_string(), shown);
            let stored = serde_json::to_string(&money).unwrap();
            assert_eq!(stored, format!("\"{shown}\""));
            assert_eq!(serde_json::from_str::<Money>(&stored).unwrap(), money);
        }
    }

    #[test]
    fn what_is_no_amount_is_told() {
        for typed in ["", "ten", "£2", "1,50", "NaN"] {
            let error = typed.parse::<Money>().unwrap_err().to_string();
            assert_eq!(error, format!("`{typed}` is no amount in pounds; write it like 2.50"));
        }
    }
}
