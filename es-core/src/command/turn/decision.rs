//! A handler with its command, behind one type per reply.

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crate::aggregate::{Aggregate, Slot};
use crate::command::{
    Call, CommandOf, DomainError, FreeFunction, FreeHandler, HandledBy, Refusal, Rejection,
};
use crate::context::Context;
use crate::event::Sequence;
use crate::future::{BoxFuture, CatchUnwind};

/// A command and its handler on an aggregate.
pub(super) trait Decision<A: Aggregate, R>: Send + Sync {
    fn target_id(&self) -> &A::Id;
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn target_version(&self) -> Option<Sequence>;
    /// The same, for whoever goes on without the sender.
    fn boxed(&self) -> Box<dyn Decision<A, R>>;
    fn decide<'a>(
        &'a self,
        slot: &'a mut Slot<A>,
        context: &'a Context,
    ) -> Deciding<'a, Result<R, Refusal<Rejection>>>;
}

/// A command and the free function that handles it.
pub(super) trait FreeDecision<R>: Send + Sync {
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn decide<'a>(&'a self, context: &'a Context) -> Deciding<'a, Result<R, Refusal<Rejection>>>;
}

/// A handler that was called.
pub(super) enum Deciding<'a, T> {
    /// A plain `fn`.
    Done(T),
    /// An `async fn`.
    Awaiting(BoxFuture<'a, T>),
}

/// [`Deciding`] whose panics are values.
pub(super) enum Called<'a, T> {
    Done(thread::Result<T>),
    Awaiting(CatchUnwind<'a, T>),
}

impl<T> Called<'_, T> {
    pub(super) async fn ended(self) -> thread::Result<T> {
        match self {
            Self::Done(answer) => answer,
            Self::Awaiting(future) => future.await,
        }
    }
}

/// Calls a handler; the call of an `async fn` may panic too before there is a future.
pub(super) fn calling<'a, T>(call: impl FnOnce() -> Deciding<'a, T>) -> Called<'a, T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Deciding::Done(answer)) => Called::Done(Ok(answer)),
        Ok(Deciding::Awaiting(future)) => Called::Awaiting(CatchUnwind(future)),
        Err(panic) => Called::Done(Err(panic)),
    }
}

/// A handler's answer without the type of its domain's error.
fn hidden<R, X: DomainError>(answer: Result<R, Refusal<X>>) -> Result<R, Refusal<Rejection>> {
    answer.map_err(|refusal| refusal.map(Rejection::new))
}

// A second box, which is little beside what is awaited.
fn awaiting<'a, R: Send + 'a, X: DomainError>(
    handler: BoxFuture<'a, Result<R, Refusal<X>>>,
) -> Deciding<'a, Result<R, Refusal<Rejection>>> {
    Deciding::Awaiting(Box::pin(async move { hidden(handler.await) }))
}

/// A command of an aggregate.
pub(super) struct Sent<C>(pub(super) C);

impl<A: Aggregate, C: CommandOf<A>> Decision<A, C::Reply> for Sent<C> {
    fn target_id(&self) -> &A::Id {
        self.0.target_id()
    }

    fn payload(&self) -> &(dyn Any + Send + Sync) {
        &self.0
    }

    fn target_version(&self) -> Option<Sequence> {
        self.0.target_version()
    }

    fn boxed(&self) -> Box<dyn Decision<A, C::Reply>> {
        Box::new(Sent(self.0.clone()))
    }

    fn decide<'a>(
        &'a self,
        slot: &'a mut Slot<A>,
        context: &'a Context,
    ) -> Deciding<'a, Result<C::Reply, Refusal<Rejection>>> {
        match C::CALL {
            Call::Sync(call) => Deciding::Done(hidden(call(slot, &self.0, context))),
            Call::Async { call, .. } => awaiting(call(slot, &self.0, context)),
        }
    }
}

/// A command of the free handler `H`.
pub(super) struct SentFree<H, C>(pub(super) C, pub(super) PhantomData<fn() -> H>);

impl<H: FreeHandler<C>, C: HandledBy<H>> FreeDecision<C::Reply> for SentFree<H, C> {
    fn payload(&self) -> &(dyn Any + Send + Sync) {
        &self.0
    }

    fn decide<'a>(
        &'a self,
        context: &'a Context,
    ) -> Deciding<'a, Result<C::Reply, Refusal<Rejection>>> {
        match H::CALL.function {
            FreeFunction::Sync(call) => Deciding::Done(hidden(call(&self.0, context))),
            FreeFunction::Async(call) => awaiting(call(&self.0, context)),
        }
    }
}
