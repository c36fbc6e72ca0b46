use tokio::runtime::{Builder, Handle};

use crate::aggregate::{Aggregate, Slot};
use crate::command::{Call, CommandOf, Refusal};
use crate::context::Context;
use crate::future::BoxFuture;

/// Runs the real handler; an async one on a small runtime of its own.
pub(super) fn call<A: Aggregate, C: CommandOf<A>>(
    slot: &mut Slot<A>,
    command: &C,
    context: &Context,
) -> Result<C::Reply, Refusal<C::Error>> {
    match C::CALL {
        Call::Sync(call) => call(slot, command, context),
        Call::Async { call, .. } => block_on(call(slot, command, context)),
    }
}

/// Awaits a future, also where the test itself runs on a tokio runtime.
fn block_on<T: Send>(future: BoxFuture<'_, T>) -> T {
    if Handle::try_current().is_err() {
        return block_on_own_runtime(future);
    }
    // A thread that drives a runtime may not block on a second one.
    std::thread::scope(|scope| match scope.spawn(|| block_on_own_runtime(future)).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn block_on_own_runtime<T>(future: BoxFuture<'_, T>) -> T {
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("the runtime for an async handler does not start: {error}"),
    }
}
