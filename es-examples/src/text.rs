//! What every short text of the shop has in common.

/// The characters that a text in one line has at most.
const LIMIT: usize = 200;

/// Why something is not a text that the shop keeps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidText {
    /// There is nothing to read.
    #[error("{what} is blank")]
    Blank {
        /// What the text is, for example "the product code".
        what: &'static str,
    },
    /// It is not one line.
    #[error("{what} holds a control character; write it on one line")]
    Control {
        /// What the text is.
        what: &'static str,
    },
    /// It is too long.
    #[error("{what} has {length} characters; the limit is {limit}")]
    TooLong {
        /// What the text is.
        what: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
}

/// Returns a text without the blanks around it, if it is one line and not blank.
pub(crate) fn one_line(what: &'static str, text: &str) -> Result<String, InvalidText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidText::Blank { what });
    }
    if text.contains(char::is_control) {
        return Err(InvalidText::Control { what });
    }
    within(what, text, LIMIT)
}

/// Returns a text, if it is not too long.
pub(crate) fn within(what: &'static str, text: &str, limit: usize) -> Result<String, InvalidText> {
    // A text has at least as many bytes as characters.
    if text.len() <= limit {
        return Ok(text.to_owned());
    }
    match text.chars().count() {
        length if length > limit => Err(InvalidText::TooLong { what, length, limit }),
        _ => Ok(text.to_owned()),
    }
}
