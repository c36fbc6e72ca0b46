use std::borrow::Cow;
use std::hash::Hash;

use uuid::Uuid;

use crate::event::InvalidId;

/// A value that identifies an aggregate. Written by `#[derive(AggregateId)]` on a newtype.
///
/// The text form is what is stored, so it must stay the same for ever: at least one character, at
/// most 255 bytes, no control characters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot identify an aggregate",
    label = "not an aggregate id",
    note = "use `String`, an integer, `Uuid`, or a newtype with `#[derive(AggregateId)]`"
)]
pub trait AggregateId: Clone + Eq + Hash + Send + Sync + 'static {
    /// The text form.
    fn to_text(&self) -> Cow<'_, str>;

    /// The value with this text form.
    ///
    /// # Errors
    /// The text is not the text form of any value.
    fn from_text(text: &str) -> Result<Self, InvalidId>;
}

impl AggregateId for String {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn from_text(text: &str) -> Result<Self, InvalidId> {
        Ok(text.to_owned())
    }
}

macro_rules! by_display {
    ($($type:ty),*) => { $(
        impl AggregateId for $type {
            fn to_text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }

            fn from_text(text: &str) -> Result<Self, InvalidId> {
                let value: Self = text.parse().map_err(|error| InvalidId::Unparsable {
                    text: text.to_owned(),
                    type_name: stringify!($type),
                    reason: format!("{error}"),
                })?;
                // `007` and `7` would be one value with two streams.
                if value.to_string() == text {
                    Ok(value)
                } else {
                    Err(InvalidId::Unparsable {
                        text: text.to_owned(),
                        type_name: stringify!($type),
                        reason: format!("write it as `{value}`"),
                    })
                }
            }
        }
    )* };
}

by_display!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, Uuid);
