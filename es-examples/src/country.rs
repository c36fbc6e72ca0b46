//! Where customers live.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidText, one_line};

/// A country's name, as the shop writes it on its orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Country(String);

impl FromStr for Country {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        one_line("the country", text).map(Self)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
