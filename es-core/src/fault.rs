//! What goes wrong below the domain: storage, decoding, a resource that fails.

use std::error::Error;
use std::fmt;

/// A failure of the infrastructure, as opposed to a rejection by the domain.
///
/// Any error converts into a fault with `?` in a handler that returns `Result<_, Fault>`. Where a
/// handler returns `Result<_, HandlerError<E>>`, `?` takes the domain's error as a rejection and a
/// fault as a fault, so the error of a database or service is named one first:
/// `.map_err(Fault::from)?`.
///
/// `Fault` does not implement [`std::error::Error`] itself: that is what keeps the conversion from
/// every error type free of conflicts. [`Fault::source`] gives the error inside.
pub struct Fault(Box<dyn Error + Send + Sync + 'static>);

impl Fault {
    /// Wraps an error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync + 'static>>) -> Self {
        Self(error.into())
    }

    /// A mistake in the program: doing the same again comes to the same.
    pub(crate) fn defect(text: impl Into<String>) -> Self {
        Self(Box::new(Defect(text.into())))
    }

    /// True for a mistake in the program that es has found, such as an event applied to an
    /// aggregate that it cannot apply to: doing the same again comes to the same.
    #[must_use]
    pub fn is_defect(&self) -> bool {
        self.0.is::<Defect>()
    }

    /// Returns the error inside.
    #[must_use]
    pub fn source(&self) -> &(dyn Error + Send + Sync + 'static) {
        self.0.as_ref()
    }

    /// Returns the error inside if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// Gives the error inside.
    #[must_use]
    pub fn into_source(self) -> Box<dyn Error + Send + Sync + 'static> {
        self.0
    }
}

/// A mistake in the program, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Defect(String);

impl<E: Error + Send + Sync + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// What a handler of events or queries fails with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an event or query handler",
    label = "neither `Fault` nor an error type",
    note = "return `Result<_, Fault>`, into which `?` converts every error, or an error that implements `std::error::Error`, for example with `thiserror`"
)]
pub trait IntoFault {
    /// Converts it.
    fn into_fault(self) -> Fault;
}

impl IntoFault for Fault {
    fn into_fault(self) -> Fault {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> IntoFault for E {
    fn into_fault(self) -> Fault {
        Fault::from(self)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)?;
        write_sources(self.source(), f)
    }
}

/// Writes what an error's own sentence leaves out: the errors behind it.
pub(crate) fn write_sources(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // An error that is `transparent` repeats its source's text; twice helps nobody.
        let text = error.to_string();
        if !said.contains(&text) {
            write!(f, ": {text}")?;
            said += &text;
        }
        source = error.source();
    }
    Ok(())
}

/// Has errors print their sentence as `Debug` too.
///
/// What `main` prints of an error it returns is its `Debug`, and so does `unwrap`: that should say
/// what happened and what to do, which the names of variants and fields do not.
macro_rules! debug_is_display {
    ($($error:ty),+) => { $(
        impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }
    )+ };
}
pub(crate) use debug_is_display;

debug_is_display!(Fault);
