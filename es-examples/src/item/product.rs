use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidText, one_line};

/// A product's code in the shop's catalogue, for example `85123A`.
// Whatever is read is held against the rules, because commands come as JSON too. A rule that gets
// stricter needs a type of its own for events, which are true for ever. The other types do the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ProductCode(String);

impl FromStr for ProductCode {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        one_line("the product code", text).map(Self)
    }
}

impl TryFrom<String> for ProductCode {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        text.parse()
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
