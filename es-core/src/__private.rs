//! What generated code uses and nobody else may rely on.

pub use std::any::{Any, TypeId};
pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::cell::Cell;
pub use std::clone::Clone;
pub use std::convert::{From, Infallible, Into};
pub use std::option::Option::{self, None, Some};
pub use std::result::Result::{self, Err, Ok};
pub use std::string::String;
pub use std::vec::Vec;

pub use es_macros::beside;
pub use inventory;
pub use serde_json;

pub use crate::aggregate::checks::{
    Became, BecameNothing, Facts, LeavesOf, LeavesOfReply, NoFacts, NoLeaves, NoState, StateOf,
    is_among, is_evolved, is_folded, is_named, is_named_once, is_read_once, is_revised,
    knows_names, state_hash,
};
pub use crate::aggregate::decided::{Decided, NotDecided};
pub use crate::aggregate::member::{
    HoldsNone, LentMember, MemberEventOf, MembersOf, Unkeyed, each_member, find_member,
    holds_members,
};
pub use crate::boundary::source as source_boundary;
pub use crate::command::member::{
    has_member, lent_root, lent_slot, member, optional_member, vacant_member,
};
pub use crate::command::pair::{never_rejected, paired};
pub use crate::command::refuses_with::{RefusesWith, is_domain_error, is_refusal};
pub use crate::command::target_version::TargetVersion;
pub use crate::command::{Verdict, decide, returned};
pub use crate::event::is_same_name;
pub use crate::fault::IntoFault;
pub use crate::future::BoxFuture;
pub use crate::projection::schema_hash;

use crate::aggregate::{
    Aggregate, AggregateId, Decision, EventDescription, Events, Member, Returned, Slot,
};
use crate::command::{Command, CommandMessage, DomainError, RecordedCodec, RecordedError, Refusal};
use crate::context::Context;
use crate::event::{CodecError, Event, Lineage, Metadata, RecordedEvent};
use crate::fault::Fault;
use crate::query::{Answer, Query};

/// Applies a decision without asking for [`Decision`] as a bound.
///
/// An inherent function wins over a trait's where its bounds hold. Where they do not, because an
/// event has no event-sourcing handler, the call still compiles, and [`Decided::by`] reports the
/// event once, at its own token, in place of once more at every use.
pub struct Decide<A, D>(std::marker::PhantomData<(A, D)>);

impl<A: Aggregate, D: Decision<Events: Events<A>>> Decide<A, D> {
    /// Applies the decision.
    ///
    /// # Errors
    /// The handler refused.
    pub fn call(slot: &mut Slot<A>, decision: D) -> Result<(), Refusal<D::Error>> {
        decide(slot, decision)
    }
}

/// Stands in for [`Decide::call`] where its bounds do not hold.
pub trait Undecided<A, D> {
    /// Is never run: whatever does not hold is reported elsewhere, and by this at the latest.
    ///
    /// # Errors
    /// None.
    fn call<X>(_slot: &mut Slot<A>, _decision: D) -> Result<(), Refusal<X>> {
        const {
            panic!(
                "a command handler returns something that is no set of events; it returns `()`, an \
                 event, an `Option`, `Vec`, array or tuple of events, or a `Result` of these"
            )
        }
    }
}

impl<A, D> Undecided<A, D> for Decide<A, D> {}

/// Converts what a `Root` or `Slot` handler returned without asking for [`Returned`] as a bound;
/// see [`Decide`].
pub struct Finish<T>(std::marker::PhantomData<T>);

impl<T: Returned> Finish<T> {
    /// Converts it.
    ///
    /// # Errors
    /// The handler refused, or a resource failed.
    pub fn call(value: T) -> Result<T::Reply, Refusal<T::Error>> {
        returned(value)
    }
}

/// Stands in for [`Finish::call`] where its bounds do not hold.
pub trait Unfinished<T> {
    /// Is never run: whatever does not hold is reported elsewhere, and by this at the latest.
    ///
    /// # Errors
    /// None.
    fn call<R, X>(_value: T) -> Result<R, Refusal<X>> {
        const { panic!("a command handler returns neither `Result` nor `()`") }
    }
}

impl<T> Unfinished<T> for Finish<T> {}

/// How an error in `Recorded` is remembered: as JSON where it is a serde type, else not at all; see
/// [`Decide`].
pub struct Remembered<X>(std::marker::PhantomData<X>);

impl<X: DomainError + RecordedError> Remembered<X> {
    /// The codec.
    pub const CODEC: Option<RecordedCodec> = Some(RecordedCodec::json::<X>());
}

/// Asks an error that a handler writes in `Recorded` to be one that can be remembered.
pub const fn is_recorded<X: RecordedError>() {}

/// Stands in for [`Remembered::CODEC`] where its bounds do not hold.
pub trait Unremembered<X> {
    /// None.
    const CODEC: Option<RecordedCodec> = None;
}

impl<X> Unremembered<X> for Remembered<X> {}

/// Copies a command for a handler that takes it by value; see [`Decide`].
pub struct Taken<C>(std::marker::PhantomData<C>);

impl<C: Command> Taken<C> {
    /// Copies it.
    pub fn of(command: &C) -> C {
        command.clone()
    }
}

/// Stands in for [`Taken::of`] where the type is no command, which is reported elsewhere.
pub trait Untaken<C> {
    /// Is never run.
    fn of(_command: &C) -> C {
        const { panic!("a command handler takes something that is no command") }
    }
}

impl<C> Untaken<C> for Taken<C> {}

/// Stands in for a handler whose signature has an error.
///
/// # Errors
/// Always; code with such a handler does not compile.
pub fn unusable<A, C, R, X: DomainError>(
    _slot: &mut Slot<A>,
    _command: &C,
    _context: &Context,
) -> Result<R, Refusal<X>> {
    Err(Refusal::Fault(Fault::defect("this handler did not compile")))
}

/// The same for a free handler.
///
/// # Errors
/// Always; code with such a handler does not compile.
pub fn unusable_free<C, R, X: DomainError>(
    _command: &C,
    _context: &Context,
) -> Result<R, Refusal<X>> {
    Err(Refusal::Fault(Fault::defect("this handler did not compile")))
}

/// The message with what interceptors have added so far.
#[must_use]
pub fn seen_with<'a>(message: &CommandMessage<'a>, metadata: &'a Metadata) -> CommandMessage<'a> {
    CommandMessage { metadata, ..*message }
}

/// The command behind a message, for a `#[command_interceptor]` that looks at one type.
#[must_use]
pub fn command_of<'a, C: Command>(message: &'a CommandMessage<'_>) -> Option<&'a C> {
    message.downcast_ref()
}

/// A key as a message of a member has it.
#[must_use]
pub fn key_in_message<K, F: KeyInMessage<K>>(field: &F) -> K {
    field.key()
}

/// A message's field that says which member is meant: it has the type of the member's key.
#[diagnostic::on_unimplemented(
    message = "the member's key is `{K}`, and the field of its name in this message is `{Self}`",
    label = "its key has another type",
    note = "give the field the type of the member's key, or the member another `key = ..`"
)]
pub trait KeyInMessage<K> {
    /// Copies it.
    fn key(&self) -> K;
}

#[diagnostic::do_not_recommend]
impl<K: AggregateId> KeyInMessage<K> for K {
    fn key(&self) -> K {
        self.clone()
    }
}

// That the member has no key is reported once, by `is_key_of`.
#[diagnostic::do_not_recommend]
impl<F> KeyInMessage<Unkeyed> for F {
    fn key(&self) -> Unkeyed {
        Unkeyed
    }
}

/// The key of a member without one; see [`Decide`].
pub struct KeyOfNone<K>(std::marker::PhantomData<K>);

impl KeyOfNone<Unkeyed> {
    /// The key.
    #[must_use]
    pub const fn key() -> Unkeyed {
        Unkeyed
    }
}

/// Stands in for [`KeyOfNone::key`] where the member has a key, which `is_key_of` reports.
pub trait KeyOfSome<K> {
    /// Is never run.
    fn key() -> K {
        const { panic!("the block of a member names no key") }
    }
}

impl<K> KeyOfSome<K> for KeyOfNone<K> {}

/// Whether a member's struct has this key, and its block too.
#[must_use]
pub const fn is_key_of<M: Member>(key: Option<&str>) -> bool {
    match (M::KEY, key) {
        (Some(of_struct), Some(of_block)) => is_same_name(of_struct, of_block),
        (None, None) => true,
        _ => false,
    }
}

/// Asks the aggregate around a member whether it knows an event of the member's.
pub const fn member_event_of<A: Aggregate, E: MemberEventOf<A>>() {}

/// Has one impl per aggregate; its name is what rustc says about a second block that has
/// event-sourcing handlers.
pub trait EventSourcingHandlersSitInOneBlock {}

/// The state before the first event, where no event-sourcing handler creates one.
#[diagnostic::on_unimplemented(
    message = "nothing creates the first state of `{Self}`",
    label = "no `#[event_sourcing_handler]` returns `Self`",
    note = "write one as `fn on_created(event: &E) -> Self`, or derive `Default` for `{Self}`"
)]
pub trait FirstState {
    /// Gives it.
    fn first() -> Self;
}

#[diagnostic::do_not_recommend]
impl<A: Default> FirstState for A {
    fn first() -> Self {
        Self::default()
    }
}

/// The hash of an aggregate's logic, with the ways on which rows of earlier days lead to it.
#[must_use]
pub const fn logic(handlers: u64, events: &[EventDescription]) -> u64 {
    let (mut hash, mut rest) = (handlers, events);
    while let [first, others @ ..] = rest {
        hash = lineage_hash(hash, first.lineage);
        rest = others;
    }
    hash
}

const fn lineage_hash(hash: u64, lineage: &Lineage) -> u64 {
    let mut hash = state_hash(schema_hash(hash, lineage.name), &[lineage.revision as u64]);
    let mut names = lineage.renamed_from;
    while let [first, others @ ..] = names {
        hash = schema_hash(hash, first);
        names = others;
    }
    if let Some(earlier) = lineage.from {
        hash = lineage_hash(schema_hash(hash, "from"), earlier);
    }
    let mut upcasters = lineage.upcast_from;
    while let [first, others @ ..] = upcasters {
        hash = lineage_hash(schema_hash(hash, "upcast_from"), first.earlier);
        upcasters = others;
    }
    hash
}

/// Decodes the payload as `E` if it has `E`'s revision, otherwise as the earlier type.
///
/// # Errors
/// The payload does not have the shape of its revision, or no type of the chain has the revision.
pub fn upcast<P: Event, E: Event + From<P>>(
    revision: u32,
    payload: &[u8],
) -> Result<E, CodecError> {
    if revision == E::REVISION {
        <E::Codec as crate::event::Codec>::decode(payload)
    } else if revision > E::REVISION {
        Err(CodecError::unknown_revision(E::NAME, revision, E::REVISION))
    } else {
        P::decode(revision, payload).map(E::from)
    }
}

/// Decodes an event for its event handler.
///
/// # Errors
/// The payload does not decode.
pub fn decode_message<E: Event>(event: &RecordedEvent) -> Result<E, Fault> {
    event.decode::<E>().map_err(Fault::from)
}

/// Finds the query behind the query bus's value.
///
/// # Errors
/// It has another type.
pub fn query_of<Q: Query>(query: &(dyn Any + Send + Sync)) -> Result<&Q, Fault> {
    query
        .downcast_ref()
        .ok_or_else(|| Fault::defect(format!("the query bus gave another type than `{}`", Q::NAME)))
}

/// Hides the type of a query handler's answer; see [`Decide`].
pub struct Answered<Q>(std::marker::PhantomData<Q>);

impl<Q: Query> Answered<Q> {
    /// Hides it.
    ///
    /// # Errors
    /// The handler's own.
    pub fn with<T: Answer<Q::Answer>>(answer: T) -> Result<Box<dyn Any + Send>, Fault> {
        Ok(Box::new(answer.answer()?))
    }
}

/// Stands in for [`Answered::with`] where the type is no query, which is reported elsewhere.
pub trait Unanswered {
    /// Is never run.
    ///
    /// # Errors
    /// Always.
    fn with<T>(_answer: T) -> Result<Box<dyn Any + Send>, Fault> {
        Err(Fault::defect("this handler did not compile"))
    }
}

impl<Q> Unanswered for Answered<Q> {}

/// A query that its handler takes by value.
#[diagnostic::on_unimplemented(
    message = "query `{Self}` is taken by value and is not `Clone`",
    label = "cannot be handed over",
    note = "take `&{Self}`, or derive `Clone`"
)]
pub trait TakenByValue {
    /// Copies it.
    fn taken(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<Q: Clone> TakenByValue for Q {
    fn taken(&self) -> Self {
        self.clone()
    }
}
