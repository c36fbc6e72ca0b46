use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidText, one_line};

/// A product's code in the shop's catalogue, for example `85123A`.
// Read as it was stored, without a look at today's rules: a stored event is true for ever. The
// other types of this module do the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductCode(String);

impl FromStr for ProductCode {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        one_line("the product code", text).map(Self)
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
