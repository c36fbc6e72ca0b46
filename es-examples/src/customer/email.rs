use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use es_core::event::TagValue;
use es_core::prelude::*;

/// An e-mail address as the shop compares it: without blanks around it, in lower case.
// Read as it was stored, without a look at today's rules: a stored event is true for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// Mail servers take no longer ones.
const LIMIT_BYTES: usize = 254;

/// What is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEmail {
    /// It is not a name and a host around one `@`.
    #[error("`{}` is no e-mail address; it looks like `ada@example.com`", .0.escape_debug())]
    Shape(String),
    /// It is too long.
    #[error("an e-mail address has at most {LIMIT_BYTES} bytes, and this one has {0}")]
    TooLong(usize),
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim().to_lowercase();
        if address.len() > LIMIT_BYTES {
            return Err(InvalidEmail::TooLong(address.len()));
        }
        match address.split_once('@') {
            Some((name, host)) if is_in_one_piece(name) && is_host(host) => Ok(Self(address)),
            _ => Err(InvalidEmail::Shape(text.to_owned())),
        }
    }
}

fn is_in_one_piece(part: &str) -> bool {
    let breaks = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '@';
    !part.is_empty() && !part.contains(breaks)
}

fn is_host(host: &str) -> bool {
    host.split('.').all(is_in_one_piece)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TagValue for Email {
    fn tag_value(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.0))
    }
}
