//! Commands: what somebody wants an aggregate to do, and how it is carried out.
//!
//! A [`CommandGateway`] sends them, a [`Dispatch`] says how. Handlers refuse with an error of the
//! domain's own, or with a [`HandlerError`] where something below the domain may fail too;
//! [interceptors](DispatchInterceptor) run around them.
//!
//! A typed call is an associated constant of [`CommandOf`]: no table, no `Any` and no box on its
//! way. Rejections of the domain and faults of the infrastructure are two lanes that never share a
//! variant of [`CommandError`].

mod call;
mod dispatch;
mod error;
mod free;
mod gateway;
mod handled;
mod intercept;
mod kind;
mod map_rejection;
pub(crate) mod member;
mod message;
pub(crate) mod pair;
mod recorded;
mod refusal;
pub(crate) mod refuses_with;
mod rejection;
mod retryable;
mod running;
pub(crate) mod target_version;
mod turn;
mod veto;
mod wording;

pub use call::{AsyncCall, Call, SyncCall, decide, returned};
pub use dispatch::Dispatch;
pub use error::CommandError;
pub use free::{FreeAsyncCall, FreeCall, FreeFunction, FreeHandler, FreeSyncCall, run_free};
pub use gateway::{CommandGateway, Tracked};
pub use handled::HandledBy;
pub use intercept::{
    Answer, Backoff, CommandTiming, DispatchInterceptor, Dispatched, Handled, HandlingInterceptor,
    Retry, RetryPolicy, Sending, Spans, Timing, Validation, ValidationError, Violation, Violations,
};
pub(crate) use intercept::{
    Around, Interceptors, Registered, Stopped, TypedCommand, guarded, handled_by, same_tenant,
    send_boxed,
};
pub use message::CommandMessage;
pub use recorded::{Recorded, RecordedCodec, RecordedError};
pub use refusal::{HandlerError, Refusal};
pub use rejection::Rejection;
pub(crate) use running::{Alone, Running};
pub use veto::{Verdict, Veto};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::Aggregate;
use crate::event::Sequence;

/// A request to change something. Written by `#[derive(Command)]`.
///
/// `Clone` because a conflict, or a predecessor that was undone, decides the same command again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "add `#[derive(Command)]` to `{Self}`"
)]
pub trait Command: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The name by which HTTP, sagas and the command line find it.
    const NAME: &'static str;

    /// The type of the `#[target]` field; `()` without one.
    type Target: 'static;

    /// The value of the `#[target]` field.
    fn target(&self) -> &Self::Target;

    /// The value of the `#[target_version]` field: the command is for the aggregate as it was
    /// right after the event with this sequence, and is refused when it has moved on.
    fn target_version(&self) -> Option<Sequence> {
        None
    }
}

/// What a handler answers; stored beside the command's id, so that a repetition gets the first
/// answer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a reply",
    label = "not a reply",
    note = "derive `Serialize` and `Deserialize` for `{Self}`: replies are remembered under the command's id"
)]
pub trait Reply: Serialize + DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> Reply for T {}

/// What the domain answers when it refuses.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a domain error",
    label = "not an error type",
    note = "derive `thiserror::Error` for an enum of all that is refused, or implement `std::error::Error`; it is also `Send`, `Sync` and `'static`"
)]
pub trait DomainError: std::error::Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: std::error::Error + Send + Sync + 'static> DomainError for T {}

// Applies to nothing. Where one impl alone fits, rustc reports what it asks for, `E: Error`, in
// place of what the trait has to say.
#[doc(hidden)]
#[diagnostic::do_not_recommend]
impl<T: DomainError> DomainError for T where [T]: Never {}

/// Has no impl.
trait Never {}

/// "The `#[target]` field of this command has that type." Written by `#[derive(Command)]`.
// Not an equality on `Command::Target`: rustc would answer a missing or wrong `#[target]` with a
// type mismatch, and this can say what to write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no command with a `#[target]` of type `{Id}`",
    label = "does not say which aggregate it is for",
    note = "derive `Command`, and mark the field that names the aggregate with `#[target]`; it has the type of the aggregate's `#[aggregate_identifier]`, `{Id}`"
)]
pub trait Targets<Id>: Command {
    /// The value of the `#[target]` field.
    fn target_id(&self) -> &Id;
}

/// "That aggregate handles this command." Written by `#[command_handler]`.
#[diagnostic::on_unimplemented(
    message = "`{A}` has no `#[command_handler]` for command `{Self}`",
    label = "no handler on `{A}`"
)]
pub trait CommandOf<A: Aggregate>: Targets<A::Id> {
    /// What the handler replies.
    type Reply: Reply;
    /// What the handler refuses with.
    type Error: DomainError;

    /// The handler.
    const CALL: Call<A, Self, Self::Reply, Self::Error>;

    /// How an error in [`Recorded`] is remembered; `None` where it is no serde type.
    const RECORDED: Option<RecordedCodec> = None;
}
