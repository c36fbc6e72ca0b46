use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{DomainError, Rejection};
use crate::event::{Codec, CodecError, Json, encoded};

/// "Refuse, but keep the events": in `Err` it stores what the handler applied, and gives the
/// caller the error inside.
///
/// A failed login is refused and must be counted all the same:
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Debug, thiserror::Error, Serialize, Deserialize)]
/// # #[error("wrong password")]
/// # struct WrongPassword;
/// # #[derive(Command, Clone, Serialize, Deserialize)]
/// # struct LogIn { #[target] user: String, password: String }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct SignedUp { user: String, password: String }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct LoginFailed {}
/// # #[aggregate]
/// # struct User { #[aggregate_identifier] user: String, password: String, failures: u32 }
/// #[aggregate]
/// impl User {
///     #[command_handler]
///     fn log_in(
///         user: &mut Root<Self>,
///         command: LogIn,
///     ) -> Result<(), HandlerError<WrongPassword>> {
///         if user.password == command.password {
///             return Ok(());
///         }
///         user.apply(LoginFailed {});
///         Err(Recorded(WrongPassword).into())
///     }
/// #   #[event_sourcing_handler]
/// #   fn on_signed_up(event: &SignedUp) -> Self {
/// #       Self { user: event.user.clone(), password: event.password.clone(), failures: 0 }
/// #   }
/// #   #[event_sourcing_handler]
/// #   fn on_failed(&mut self, _: &LoginFailed) { self.failures += 1; }
/// }
/// # fn main() {}
/// ```
///
/// The error is remembered under the command's id like any answer, and
/// [as long](crate::event::CommandId), so that a repetition gets it again: it has to be `Serialize`
/// and `Deserialize`. A handler all of whose errors are recorded
/// returns `Result<_, Recorded<E>>`. Where nothing was applied, it is a plain rejection.
// Not an `Error` itself: that keeps its conversion into `HandlerError` apart from the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<E>(pub E);

/// An error that can be remembered: a serde type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in `Recorded`",
    label = "not an error that can be remembered",
    note = "derive `Serialize` and `Deserialize` for `{Self}`: a recorded error is remembered under the command's id"
)]
pub trait RecordedError: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<X: Serialize + DeserializeOwned> RecordedError for X {}

/// How a recorded error is remembered; generated code finds it where the error is a serde type.
#[derive(Clone, Copy)]
pub struct RecordedCodec {
    pub(crate) encode: fn(&Rejection) -> Result<Bytes, CodecError>,
    pub(crate) decode: fn(&[u8]) -> Result<Rejection, serde_json::Error>,
}

impl RecordedCodec {
    /// Remembers the error as JSON.
    #[must_use]
    pub const fn json<E: DomainError + RecordedError>() -> Self {
        Self {
            encode: |rejection| {
                let error = rejection.downcast_ref::<E>();
                let error =
                    error.ok_or_else(|| CodecError::new("it is an error of another type"))?;
                encoded(|buffer| Json::encode(error, buffer))
            },
            decode: |json| serde_json::from_slice::<E>(json).map(Rejection::new),
        }
    }
}
