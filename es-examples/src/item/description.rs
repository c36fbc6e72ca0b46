use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidText, within};

const LIMIT: usize = 1_000;

/// A product's name, for people; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Description(String);

impl FromStr for Description {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        within("the description", text, LIMIT).map(Self)
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
