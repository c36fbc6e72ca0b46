use std::future::Future;

use super::{Command, CommandError, CommandOf, Dispatch, DomainError, Rejection, Reply, Tracked};
use crate::aggregate::{Aggregate, AggregateId};
use crate::event::{StreamId, Tenant};
use crate::future::BoxFuture;
use crate::runtime::Runtime;

/// What a command on its way comes to. Whoever sent it finds the type of the domain's error again:
/// with that type everything on the way would be compiled once more for each.
pub(super) type SendResult<R> = Result<Tracked<R>, Failure>;

/// What a command on its way fails with.
pub(super) type Failure = CommandError<Rejection>;

/// "Somebody linked handles this command": `H` is the aggregate, and `send` infers it from the
/// only impl there is.
#[diagnostic::on_unimplemented(
    message = "no linked crate handles command `{Self}`",
    label = "no `#[command_handler]` for this command",
    note = "write it above the function that handles the command, depend on the crate that has one, or use `gateway.dispatch(..)`, which finds the handler at run time"
)]
pub trait HandledBy<H>: Command {
    /// What the handler replies.
    type Reply: Reply;
    /// What the handler refuses with.
    type Error: DomainError;

    /// Carries the command out; what it is rejected with is a [`HandledBy::Error`].
    fn run(
        self,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> impl Future<Output = Result<Tracked<Self::Reply>, CommandError<Rejection>>> + Send;

    /// [`HandledBy::run`] in a box; sending by name goes this way.
    // Of what `run` returns there is one per command, and the compiler spends most of its time on
    // it; of this there is one per reply.
    fn run_boxed(
        self,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> BoxFuture<'static, Result<Tracked<Self::Reply>, CommandError<Rejection>>>;

    /// The stream of the aggregate it is for; `None` for a free handler.
    fn stream(&self, _tenant: &Tenant) -> Option<StreamId> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate, C: CommandOf<A>> HandledBy<A> for C {
    type Reply = <C as CommandOf<A>>::Reply;
    type Error = <C as CommandOf<A>>::Error;

    fn run(
        self,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> impl Future<Output = SendResult<Self::Reply>> + Send {
        super::turn::run::<A, C>(runtime, self, dispatch)
    }

    fn run_boxed(
        self,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> BoxFuture<'static, SendResult<Self::Reply>> {
        super::turn::run_boxed::<A, C>(runtime, self, dispatch)
    }

    fn stream(&self, tenant: &Tenant) -> Option<StreamId> {
        stream_of::<A>(self.target_id(), tenant)
    }
}

fn stream_of<A: Aggregate>(id: &A::Id, tenant: &Tenant) -> Option<StreamId> {
    StreamId::new(tenant, A::NAME, &id.to_text()).ok()
}
