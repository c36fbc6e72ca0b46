use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{InvalidPrice, limit};
use crate::money::Money;

/// The decimals that a price has at most.
pub(super) const DECIMALS: u32 = 4;

/// What one piece of a product costs, above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(Money);

impl Price {
    /// Returns the amount.
    #[must_use]
    pub fn money(self) -> Money {
        self.0
    }
}

impl FromStr for Price {
    type Err = InvalidPrice;

    fn from_str(text: &str) -> Result<Self, InvalidPrice> {
        let wrong = |why: fn(String) -> InvalidPrice| why(text.to_owned());
        let money: Money = text.parse().map_err(|_| wrong(InvalidPrice::NoNumber))?;
        match money {
            money if money <= Money::ZERO => Err(wrong(InvalidPrice::NotAboveZero)),
            money if money.is_finer_than(DECIMALS) => Err(wrong(InvalidPrice::TooFine)),
            money if money > limit() => Err(wrong(InvalidPrice::TooHigh)),
            money => Ok(Self(money)),
        }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
