//! How a command's fields are read from JSON: through the rules, which a stored event is spared
//! because it is true for ever.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error};

/// Reads a text through the rules of its type.
pub(crate) fn text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// Reads a text through the rules of its type, where there is one.
pub(crate) fn text_if_any<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// Reads a number through the rules of its type.
pub(crate) fn number<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<u32, Error: Display>,
    D: Deserializer<'de>,
{
    u32::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
}
