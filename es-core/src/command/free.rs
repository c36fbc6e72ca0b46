use super::{Command, DomainError, Refusal, Reply};
use crate::context::Context;
use crate::future::BoxFuture;

/// A free function that handles a command, behind a type of its own. Written by
/// `#[command_handler]` on the function.
pub trait FreeHandler<C: Command>: Send + Sync + 'static {
    /// What the handler replies.
    type Reply: Reply;
    /// What the handler refuses with.
    type Error: DomainError;

    /// The function.
    const CALL: FreeCall<C, Self::Reply, Self::Error>;
}

/// A free handler that does not await.
pub type FreeSyncCall<C, R, X> = fn(&C, &Context) -> Result<R, Refusal<X>>;

/// A free handler that awaits.
pub type FreeAsyncCall<C, R, X> =
    for<'a> fn(&'a C, &'a Context) -> BoxFuture<'a, Result<R, Refusal<X>>>;

/// One free command handler as the runtime calls it.
pub enum FreeCall<C, R, X> {
    /// Decides in one step, and may be run again.
    Sync(FreeSyncCall<C, R, X>),
    /// Awaits repositories, gateways or resources.
    Async {
        /// The handler.
        call: FreeAsyncCall<C, R, X>,
        /// True if a parameter reaches outside ([`crate::context::FromContext::EFFECTS`]): it is a
        /// barrier then, and runs again after a conflict only with `#[command_handler(retry)]`.
        effects: bool,
        /// True with `#[command_handler(retry)]`.
        retry: bool,
    },
}
