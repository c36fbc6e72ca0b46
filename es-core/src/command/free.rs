use super::{CommandError, Dispatch, HandledBy, RecordedCodec, Refusal, Rejection, Tracked};
use crate::context::Context;
use crate::future::BoxFuture;
use crate::runtime::Runtime;

/// A free function that handles a command, behind a type of its own. Written by
/// `#[command_handler]` on the function; what it answers is said by [`HandledBy`], once.
pub trait FreeHandler<C: HandledBy<Self>>: Sized + Send + Sync + 'static {
    /// The function.
    const CALL: FreeCall<C, C::Reply, C::Error>;

    /// How an error in [`Recorded`](super::Recorded) is remembered; `None` where it is no serde
    /// type.
    const RECORDED: Option<RecordedCodec> = None;
}

/// A free handler that does not await.
pub type FreeSyncCall<C, R, X> = fn(&C, &Context) -> Result<R, Refusal<X>>;

/// A free handler that awaits.
pub type FreeAsyncCall<C, R, X> =
    for<'a> fn(&'a C, &'a Context) -> BoxFuture<'a, Result<R, Refusal<X>>>;

/// One free command handler as the runtime calls it.
pub struct FreeCall<C, R, X> {
    /// The handler.
    pub function: FreeFunction<C, R, X>,
    /// True if a parameter reaches outside ([`crate::context::FromContext::EFFECTS`]): it is a
    /// barrier then, and runs again after a conflict only with `#[command_handler(retry)]`.
    pub effects: bool,
    /// True with `#[command_handler(retry)]`.
    pub retry: bool,
}

/// How a free handler is called.
pub enum FreeFunction<C, R, X> {
    /// Decides in one step.
    Sync(FreeSyncCall<C, R, X>),
    /// Awaits repositories, gateways or resources, or its boundaries are sourced first.
    Async(FreeAsyncCall<C, R, X>),
}

/// Carries a command out that a free function handles; generated code calls it.
pub fn run_free<H: FreeHandler<C>, C: HandledBy<H>>(
    runtime: &Runtime,
    command: C,
    dispatch: Dispatch,
) -> BoxFuture<'static, Result<Tracked<C::Reply>, CommandError<Rejection>>> {
    super::turn::run_free::<H, C>(runtime, command, dispatch)
}
