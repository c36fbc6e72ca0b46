use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{InvalidPrice, limit};
use crate::money::Money;

/// The decimals that a price has at most.
pub(super) const DECIMALS: u32 = 4;

/// What one piece of a product costs, above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money")]
pub struct Price(Money);

impl Price {
    /// Returns the amount.
    #[must_use]
    pub fn money(self) -> Money {
        self.0
    }

    fn of(money: Money, text: &str) -> Result<Self, InvalidPrice> {
        let wrong = |why: fn(String) -> InvalidPrice| why(text.to_owned());
        match money {
            money if money <= Money::ZERO => Err(wrong(InvalidPrice::NotAboveZero)),
            money if money.is_finer_than(DECIMALS) => Err(wrong(InvalidPrice::TooFine)),
            money if money > limit() => Err(wrong(InvalidPrice::TooHigh)),
            money => Ok(Self(money)),
        }
    }
}

impl FromStr for Price {
    type Err = InvalidPrice;

    fn from_str(text: &str) -> Result<Self, InvalidPrice> {
        let money: Money = text.parse().map_err(|_| InvalidPrice::NoNumber(text.to_owned()))?;
        Self::of(money, text)
    }
}

impl TryFrom<Money> for Price {
    type Error = InvalidPrice;

    fn try_from(money: Money) -> Result<Self, InvalidPrice> {
        Self::of(money, &money.to_string())
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
