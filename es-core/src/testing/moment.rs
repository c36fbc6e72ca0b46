use crate::event::Timestamp;

/// What a fixture's clock can be set to: a [`Timestamp`], a [`jiff::Timestamp`], or a text like
/// `"2026-01-01T00:00:00Z"`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no moment",
    label = "not a moment",
    note = "use a `Timestamp`, a `jiff::Timestamp`, or a text like `\"2026-01-01T00:00:00Z\"`"
)]
pub trait Moment {
    /// The moment.
    ///
    /// # Errors
    /// The text is no moment; says what would be one.
    fn moment(self) -> Result<Timestamp, String>;
}

impl Moment for Timestamp {
    fn moment(self) -> Result<Timestamp, String> {
        Ok(self)
    }
}

impl Moment for jiff::Timestamp {
    fn moment(self) -> Result<Timestamp, String> {
        Ok(self.into())
    }
}

impl Moment for &str {
    fn moment(self) -> Result<Timestamp, String> {
        self.parse().map_err(|error: jiff::Error| {
            format!("`{self}` is no moment: {error}; write it like `2026-01-01T00:00:00Z`")
        })
    }
}
