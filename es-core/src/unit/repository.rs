use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::{Lent, RepositoryError, UnitOfWork};
use crate::aggregate::{Aggregate, AggregateId, EventOf, Root};
use crate::context::{Context, FromContext, Needs};
use crate::event::StreamId;
use crate::fault::Fault;

/// Aggregates of one type for a command handler, inside its unit of work.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Command, Clone, Serialize, Deserialize)]
/// # struct Transfer { from: String, to: String, amount: u64 }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct Opened { account: String }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct Moved { amount: i64 }
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("not enough money")]
/// # struct NotEnough;
/// # #[aggregate]
/// # struct Account { #[aggregate_identifier] account: String, balance: i64 }
/// # #[aggregate]
/// # impl Account {
/// #     #[event_sourcing_handler]
/// #     fn on_opened(event: &Opened) -> Self {
/// #         Self { account: event.account.clone(), balance: 0 }
/// #     }
/// #     #[event_sourcing_handler]
/// #     fn on_moved(&mut self, event: &Moved) { self.balance += event.amount; }
/// # }
/// #[command_handler]
/// async fn transfer(
///     command: Transfer,
///     accounts: Repository<Account>,
/// ) -> Result<(), HandlerError<NotEnough>> {
///     let amount = command.amount as i64;
///     let mut from = accounts.load(&command.from).await?;
///     let mut to = accounts.load(&command.to).await?;
///     if from.balance < amount {
///         return Err(NotEnough.into());
///     }
///     from.apply(Moved { amount: -amount });
///     to.apply(Moved { amount });
///     Ok(())
/// }
/// # fn main() {}
/// ```
///
/// The same id gives the same instance, with everything the unit has staged on it; while a guard
/// of it is held, it is in use. What the handler only reads is checked at the end as well.
pub struct Repository<A> {
    unit: UnitOfWork,
    aggregate: PhantomData<fn() -> A>,
}

/// An aggregate that exists, lent by a [`Repository`]: derefs to its [`Root`], and goes back to
/// the unit of work when it is dropped.
///
/// Dropped is not undone: what was applied stays in the unit. Kept beyond its handler's end, in a
/// task for example, it fails the command.
pub struct Loaded<A: Aggregate>(Lent<A>);

impl<A: Aggregate> Repository<A> {
    /// Loads an aggregate.
    ///
    /// # Errors
    /// It does not exist, was deleted, or cannot be loaded; or it is in use: by a guard that is
    /// still held, or by a handler that waits for this one. `?` takes that in a handler that
    /// returns `Result<_, HandlerError<E>>`, whatever its own error `E` is.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn load(&self, id: &A::Id) -> Result<Loaded<A>, RepositoryError> {
        let lent = self.unit.lend(self.unit.cell::<A>(id)?).await?;
        existing(lent)
    }

    /// Creates an aggregate with its first event.
    ///
    /// It does not await: that the aggregate exists may show when the unit is stored, and the
    /// handler is run again then, this time to be told.
    ///
    /// # Errors
    /// It exists already, was deleted, or is in use; the event creates none, or one with another
    /// id.
    pub fn create<E: EventOf<A>>(
        &self,
        id: &A::Id,
        event: E,
    ) -> Result<Loaded<A>, RepositoryError> {
        let lent = self.unit.lend_new(self.unit.cell::<A>(id)?)?;
        created(lent, id, event)
    }

    /// Loads an aggregate, or creates it with its first event where it is missing.
    ///
    /// # Errors
    /// Those of [`Repository::load`] and [`Repository::create`].
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn load_or_create<E: EventOf<A>>(
        &self,
        id: &A::Id,
        first: impl FnOnce() -> E,
    ) -> Result<Loaded<A>, RepositoryError> {
        let mut lent = self.unit.lend(self.unit.cell::<A>(id)?).await?;
        let is_missing = lent.slot().map_err(RepositoryError::Fault)?.get().is_none();
        if is_missing { created(lent, id, first()) } else { existing(lent) }
    }
}

fn existing<A: Aggregate>(mut lent: Lent<A>) -> Result<Loaded<A>, RepositoryError> {
    let stream = lent.stream().clone();
    let slot = lent.slot().map_err(RepositoryError::Fault)?;
    match slot.get() {
        None => Err(RepositoryError::NotFound(stream)),
        Some(_) if slot.is_deleted() => Err(RepositoryError::Deleted(stream)),
        Some(_) => Ok(Loaded(lent)),
    }
}

fn created<A: Aggregate, E: EventOf<A>>(
    mut lent: Lent<A>,
    id: &A::Id,
    event: E,
) -> Result<Loaded<A>, RepositoryError> {
    let stream = lent.stream().clone();
    let slot = lent.slot().map_err(RepositoryError::Fault)?;
    match slot.get() {
        Some(_) if slot.is_deleted() => return Err(RepositoryError::Deleted(stream)),
        Some(_) => return Err(RepositoryError::AlreadyExists(stream)),
        None => {}
    }
    slot.apply(event);
    let refused = match slot.get() {
        Some(state) if state.id() == id => return Ok(Loaded(lent)),
        Some(state) => another(&stream, &state.id().to_text()),
        None => RepositoryError::Fault(Fault::defect(format!(
            "`{}` creates no `{}`; write its event-sourcing handler as `fn(event) -> Self`",
            E::NAME,
            A::NAME
        ))),
    };
    lent.discard();
    Err(refused)
}

fn another(stream: &StreamId, id: &str) -> RepositoryError {
    RepositoryError::Fault(Fault::defect(format!(
        "the event made `{} {id}`, but `{stream}` was to be created; put its id into the event",
        stream.aggregate()
    )))
}

// A guard is made of an aggregate that exists, and gives it away only when it is dropped; the
// compiler cannot know.
#[expect(clippy::expect_used, reason = "there is a root from the guard's making to its drop")]
impl<A: Aggregate> Deref for Loaded<A> {
    type Target = Root<A>;

    fn deref(&self) -> &Root<A> {
        self.0.root().expect("the guard has its aggregate")
    }
}

#[expect(clippy::expect_used, reason = "there is a root from the guard's making to its drop")]
impl<A: Aggregate> DerefMut for Loaded<A> {
    fn deref_mut(&mut self) -> &mut Root<A> {
        self.0.root_mut().expect("the guard has its aggregate")
    }
}

impl<A> Clone for Repository<A> {
    fn clone(&self) -> Self {
        Self { unit: self.unit.clone(), aggregate: PhantomData }
    }
}

impl<A: Aggregate> FromContext for Repository<A> {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        Ok(Self { unit: context.unit()?.clone(), aggregate: PhantomData })
    }

    fn needs(needs: &mut Needs) {
        needs.unit_of_work();
        needs.aggregate::<A>();
        needs.multi_stream_appends();
    }
}
