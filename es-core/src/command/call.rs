use super::Refusal;
use crate::aggregate::{Aggregate, Decision, Events, Returned, Root, Slot};
use crate::context::Context;
use crate::future::BoxFuture;

/// A handler that decides without awaiting.
pub type SyncCall<A, C, R, X> = fn(&mut Slot<A>, &C, &Context) -> Result<R, Refusal<X>>;

/// A handler that awaits.
pub type AsyncCall<A, C, R, X> =
    for<'a> fn(&'a mut Slot<A>, &'a C, &'a Context) -> BoxFuture<'a, Result<R, Refusal<X>>>;

/// One command handler as the runtime calls it.
pub enum Call<A, C, R, X> {
    /// Decides on whatever state is there, durable or not, and may be run again.
    Sync(SyncCall<A, C, R, X>),
    /// A barrier: it may have effects outside, so it starts only when everything its state rests
    /// on is durable, and runs again after a conflict only with `#[command_handler(retry)]`.
    Async {
        /// The handler.
        call: AsyncCall<A, C, R, X>,
        /// True with `#[command_handler(retry)]`.
        retry: bool,
    },
}

/// Applies what a deciding handler returned; generated code calls it.
///
/// # Errors
/// The handler refused, or a resource failed. Nothing was applied then.
pub fn decide<A: Aggregate, D: Decision<Events: Events<A>>>(
    slot: &mut Slot<A>,
    decision: D,
) -> Result<(), Refusal<D::Error>> {
    decision.split()?.stage(slot);
    Ok(())
}

/// Converts what a `Root` or `Slot` handler returned; generated code calls it.
///
/// # Errors
/// The handler refused, or a resource failed.
pub fn returned<T: Returned>(value: T) -> Result<T::Reply, Refusal<T::Error>> {
    value.split()
}

impl<A: Aggregate> Slot<A> {
    /// The place of a creating handler; generated code calls it.
    ///
    /// # Errors
    /// The aggregate exists, or was deleted.
    pub fn vacant<X>(&self) -> Result<(), Refusal<X>> {
        match self.get() {
            None => Ok(()),
            Some(_) if self.is_deleted() => Err(Refusal::Deleted),
            Some(_) => Err(Refusal::AlreadyExists),
        }
    }

    /// The state of a `&self` handler; generated code calls it.
    ///
    /// # Errors
    /// The aggregate is missing or deleted.
    pub fn existing<X>(&self) -> Result<&A, Refusal<X>> {
        match self.get() {
            Some(_) if self.is_deleted() => Err(Refusal::Deleted),
            Some(state) => Ok(state),
            None => Err(Refusal::NotFound),
        }
    }

    /// The root of a `&mut Root<Self>` handler; generated code calls it.
    ///
    /// # Errors
    /// The aggregate is missing or deleted.
    pub fn existing_root<X>(&mut self) -> Result<&mut Root<A>, Refusal<X>> {
        if self.is_deleted() {
            return Err(Refusal::Deleted);
        }
        self.root_mut().ok_or(Refusal::NotFound)
    }

    /// The state or none, of an `Option<&Self>` handler; generated code calls it.
    ///
    /// # Errors
    /// The aggregate was deleted.
    pub fn optional<X>(&self) -> Result<Option<&A>, Refusal<X>> {
        if self.is_deleted() { Err(Refusal::Deleted) } else { Ok(self.get()) }
    }

    /// The place of a `&mut Slot<Self>` handler; generated code calls it.
    ///
    /// # Errors
    /// The aggregate was deleted.
    pub fn usable<X>(&mut self) -> Result<&mut Self, Refusal<X>> {
        if self.is_deleted() { Err(Refusal::Deleted) } else { Ok(self) }
    }
}
