use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidText, one_line};

/// What the shop calls a customer: a name, or a number of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerName(String);

impl FromStr for CustomerName {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        one_line("the customer's name", text).map(Self)
    }
}

impl fmt::Display for CustomerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
