//! From a typed command to one that every interceptor can take, and back.

use std::any::Any;
use std::marker::PhantomData;

use super::answer::{Dispatched, Sent, hidden, shown};
use super::attempt::Progress;
use super::sending::Sending;
use crate::command::handled::SendResult;
use crate::command::{Dispatch, HandledBy, Rejection, Reply};
use crate::event::{StreamId, Tenant};
use crate::future::BoxFuture;
use crate::runtime::Runtime;

/// Carries a command out in a box, through the interceptors if there are any.
// Of what is compiled here for each command there is as little as can be: its vtable.
pub(crate) fn send_boxed<H: 'static, C: HandledBy<H>>(
    command: C,
    runtime: &Runtime,
    dispatch: Dispatch,
) -> BoxFuture<'static, SendResult<C::Reply>> {
    handled_by::<H, C>(command).send_intercepted(runtime, dispatch)
}

/// A command behind a type that says only how it is answered.
pub(crate) fn handled_by<H: 'static, C: HandledBy<H>>(
    command: C,
) -> Box<dyn TypedCommand<C::Reply>> {
    Box::new(HandledCommand { command, handler: PhantomData::<fn() -> H> })
}

/// A command of any type that is answered with `R`.
pub(crate) trait TypedCommand<R>: Send + Sync {
    fn name(&self) -> &'static str;
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn target(&self, tenant: &Tenant) -> Option<StreamId>;
    /// True if the error is of the type that its handler refuses with.
    fn rejects_with(&self, error: &Rejection) -> bool;
    /// Sends it, and keeps it to be sent again.
    fn send(&self, runtime: &Runtime, dispatch: Dispatch) -> BoxFuture<'static, SendResult<R>>;
    fn send_once(
        self: Box<Self>,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> BoxFuture<'static, SendResult<R>>;
}

impl<R: Reply> dyn TypedCommand<R> {
    pub(crate) fn send_intercepted(
        self: Box<Self>,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> BoxFuture<'static, SendResult<R>> {
        if runtime.is_dispatch_intercepted() {
            intercepted(runtime.clone(), self, dispatch)
        } else {
            self.send_once(runtime, dispatch)
        }
    }
}

struct HandledCommand<H, C> {
    command: C,
    handler: PhantomData<fn() -> H>,
}

impl<H, C: HandledBy<H>> TypedCommand<C::Reply> for HandledCommand<H, C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn payload(&self) -> &(dyn Any + Send + Sync) {
        &self.command
    }

    fn target(&self, tenant: &Tenant) -> Option<StreamId> {
        self.command.stream(tenant)
    }

    fn rejects_with(&self, error: &Rejection) -> bool {
        error.downcast_ref::<C::Error>().is_some()
    }

    fn send(
        &self,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> BoxFuture<'static, SendResult<C::Reply>> {
        self.command.clone().run_boxed(runtime, dispatch)
    }

    fn send_once(
        self: Box<Self>,
        runtime: &Runtime,
        dispatch: Dispatch,
    ) -> BoxFuture<'static, SendResult<C::Reply>> {
        self.command.run_boxed(runtime, dispatch)
    }
}

/// A command of any type, whatever it is answered with.
pub(super) trait AnyCommand: Send + Sync {
    fn name(&self) -> &'static str;
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn target(&self, tenant: &Tenant) -> Option<StreamId>;
    fn send(&self, runtime: &Runtime, dispatch: Dispatch) -> BoxFuture<'static, Dispatched>;
}

impl<R: Reply> AnyCommand for Box<dyn TypedCommand<R>> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn payload(&self) -> &(dyn Any + Send + Sync) {
        (**self).payload()
    }

    fn target(&self, tenant: &Tenant) -> Option<StreamId> {
        (**self).target(tenant)
    }

    fn send(&self, runtime: &Runtime, dispatch: Dispatch) -> BoxFuture<'static, Dispatched> {
        let sending = (**self).send(runtime, dispatch);
        Box::pin(async move { hidden(sending.await) })
    }
}

fn intercepted<R: Reply>(
    runtime: Runtime,
    command: Box<dyn TypedCommand<R>>,
    dispatch: Dispatch,
) -> BoxFuture<'static, SendResult<R>> {
    Box::pin(async move { shown(&*command, through_the_chain(&runtime, &command, dispatch).await) })
}

async fn through_the_chain(
    runtime: &Runtime,
    command: &dyn AnyCommand,
    mut dispatch: Dispatch,
) -> Sent {
    let command_id = *dispatch.id_or_generate();
    // Interceptors see the conversation a command is part of, also the one it begins.
    dispatch.metadata = dispatch.metadata.in_conversation(command_id.0);
    let interceptors = &runtime.shared().interceptors.dispatch;
    let progress = Progress::default();
    let mut outermost = Sending::new(runtime, command, interceptors, dispatch, &progress);
    let dispatched = outermost.proceed().await;
    Sent { command_id, target: outermost.target, dispatched }
}
