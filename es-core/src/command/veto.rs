use std::error::Error;
use std::fmt;

/// What an interceptor stops a command with.
///
/// Every error converts into it with `?`, and [`Veto::downcast_ref`] finds it again.
// Not an `Error` itself: that keeps the conversion from every error free of conflicts.
pub struct Veto(Box<dyn Error + Send + Sync + 'static>);

impl Veto {
    /// Stops a command with an error, or with a text.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync + 'static>>) -> Self {
        Self(reason.into())
    }

    /// The error inside, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// The error inside.
    #[must_use]
    pub fn source(&self) -> &(dyn Error + Send + Sync + 'static) {
        self.0.as_ref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Veto {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// What an aggregate's interceptor says of a command.
#[diagnostic::on_unimplemented(
    message = "a command interceptor returns `Result<(), Veto>`, not `{Self}`",
    label = "does not say whether the command is stopped",
    note = "`Err` stops it, with a `Veto` or with any type that implements `std::error::Error`"
)]
pub trait Verdict {
    /// The same, with a [`Veto`]; generated code calls it.
    ///
    /// # Errors
    /// The command is stopped.
    fn verdict(self) -> Result<(), Veto>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Veto>> Verdict for Result<(), E> {
    fn verdict(self) -> Result<(), Veto> {
        self.map_err(Into::into)
    }
}

impl fmt::Display for Veto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Veto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
