use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::InvalidQuantity;

/// How many of a product, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(u32);

impl Quantity {
    /// Returns the number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(number: u32) -> Result<Self, InvalidQuantity> {
        if number == 0 { Err(InvalidQuantity(number.to_string())) } else { Ok(Self(number)) }
    }
}

impl FromStr for Quantity {
    type Err = InvalidQuantity;

    fn from_str(text: &str) -> Result<Self, InvalidQuantity> {
        let number: u32 = text.parse().map_err(|_| InvalidQuantity(text.to_owned()))?;
        number.try_into()
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
