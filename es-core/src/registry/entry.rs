use std::any::{Any, TypeId, type_name};
use std::fmt;

use serde_json::value::RawValue;

use crate::aggregate::{Aggregate, EventDescription};
use crate::command::{
    CommandError, Dispatch, HandledBy, Rejection, Reply, Tracked, TypedCommand, handled_by,
};
use crate::context::Needs;
use crate::event::{CommandId, Event, Lineage};
use crate::future::BoxFuture;
use crate::projection::{EventCall, Projection};
use crate::query::{Query, QueryCall};
use crate::runtime::Runtime;

/// A place in the user's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file, as `file!()` says.
    pub file: &'static str,
    /// The line.
    pub line: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// An aggregate, submitted by `#[aggregate]` on the block with the event-sourcing handlers.
#[derive(Clone, Copy)]
pub struct AggregateEntry {
    /// The stored name.
    pub name: &'static str,
    /// The Rust type.
    pub type_id: fn() -> TypeId,
    /// Its Rust path, for people.
    pub type_name: fn() -> &'static str,
    /// The events it folds.
    pub events: &'static [EventDescription],
    /// Makes its part of the repository.
    pub cells: fn() -> Box<dyn Any + Send + Sync>,
    /// Where it is.
    pub source: Source,
}

impl AggregateEntry {
    /// The entry of an aggregate.
    #[must_use]
    pub const fn of<A: Aggregate>(file: &'static str, line: u32) -> Self {
        Self {
            name: A::NAME,
            type_id: TypeId::of::<A>,
            type_name: type_name::<A>,
            events: A::EVENTS,
            cells: || Box::new(crate::aggregate::Cells::<A>::default()),
            source: Source { file, line },
        }
    }
}

/// An event type, submitted by `#[derive(Event)]`. Unique by name and revision.
#[derive(Clone, Copy)]
pub struct EventEntry {
    /// The stored name.
    pub name: &'static str,
    /// The revision.
    pub revision: u32,
    /// What it was in the course of time.
    pub lineage: &'static Lineage,
    /// Its Rust path, for people.
    pub type_name: fn() -> &'static str,
    /// Where it is.
    pub source: Source,
}

impl EventEntry {
    /// The entry of an event type.
    #[must_use]
    pub const fn of<E: Event>(file: &'static str, line: u32) -> Self {
        Self {
            name: E::NAME,
            revision: E::REVISION,
            lineage: E::LINEAGE,
            type_name: type_name::<E>,
            source: Source { file, line },
        }
    }
}

/// A command sent by name, with its payload as JSON.
pub struct NamedCommand<'a> {
    /// The payload.
    pub json: &'a [u8],
    /// How it is sent.
    pub dispatch: Dispatch,
}

/// The answer to a command sent by name.
pub struct NamedReply {
    /// The reply as JSON.
    pub json: Box<RawValue>,
    /// Where its events went.
    pub token: crate::store::CommitToken,
}

/// A command handler, submitted by `#[command_handler]`.
#[derive(Clone, Copy)]
pub struct CommandEntry {
    /// The command's name.
    pub name: &'static str,
    /// Who handles it: the aggregate's or function's Rust path.
    pub handler: fn() -> &'static str,
    /// The Rust type of the handler, to tell two handlers apart.
    pub handler_id: fn() -> TypeId,
    /// What its parameters need.
    pub needs: fn(&mut Needs),
    /// Sends a command by name.
    pub dispatch: for<'a> fn(&'a Runtime, NamedCommand<'a>) -> BoxFuture<'a, NamedResult>,
    /// Where it is.
    pub source: Source,
}

/// What sending by name gives.
pub type NamedResult = Result<NamedReply, CommandError<Rejection>>;

impl CommandEntry {
    /// The entry of a handler; `needs` asks each parameter's type.
    #[must_use]
    pub const fn of<H: 'static, C: HandledBy<H>>(
        needs: fn(&mut Needs),
        file: &'static str,
        line: u32,
    ) -> Self {
        Self {
            name: C::NAME,
            handler: type_name::<H>,
            handler_id: TypeId::of::<H>,
            needs,
            dispatch: send_named::<H, C>,
            source: Source { file, line },
        }
    }
}

fn send_named<'a, H: 'static, C: HandledBy<H>>(
    runtime: &'a Runtime,
    named: NamedCommand<'a>,
) -> BoxFuture<'a, NamedResult> {
    let decoded = serde_json::from_slice::<C>(named.json).map(handled_by::<H, C>);
    send_decoded(runtime, C::NAME, decoded, named.dispatch)
}

// Compiled once per reply, not per command.
fn send_decoded<R: Reply>(
    runtime: &Runtime,
    name: &'static str,
    decoded: Result<Box<dyn TypedCommand<R>>, serde_json::Error>,
    mut dispatch: Dispatch,
) -> BoxFuture<'static, NamedResult> {
    let id = *dispatch.id_or_generate();
    match decoded {
        Ok(command) => {
            let sending = command.send_intercepted(runtime, dispatch);
            Box::pin(async move { named_reply(id, name, sending.await) })
        }
        Err(error) => Box::pin(std::future::ready(Err(undecodable(id, name, error.to_string())))),
    }
}

fn named_reply<R: Reply>(
    command_id: CommandId,
    name: &str,
    result: Result<Tracked<R>, CommandError<Rejection>>,
) -> NamedResult {
    let tracked = result?;
    let json = serde_json::value::to_raw_value(&tracked.reply).map_err(|error| {
        undecodable(command_id, name, format!("its reply cannot be encoded: {error}"))
    })?;
    Ok(NamedReply { json, token: tracked.token })
}

fn undecodable(command_id: CommandId, name: &str, reason: String) -> CommandError<Rejection> {
    CommandError::Undecodable { command_id, name: name.to_owned(), reason }
}

/// A projection, submitted by `#[projection]`.
#[derive(Clone, Copy)]
pub struct ProjectionEntry {
    /// Its name.
    pub name: &'static str,
    /// Its processor.
    pub processor: &'static str,
    /// The declared version.
    pub version: u32,
    /// The Rust type.
    pub type_id: fn() -> TypeId,
    /// Where it is.
    pub source: Source,
}

impl ProjectionEntry {
    /// The entry of a projection.
    #[must_use]
    pub const fn of<P: Projection>(file: &'static str, line: u32) -> Self {
        Self {
            name: P::NAME,
            processor: P::PROCESSOR,
            version: P::VERSION,
            type_id: TypeId::of::<P>,
            source: Source { file, line },
        }
    }
}

/// An event handler, submitted by `#[event_handler]`.
#[derive(Clone, Copy)]
pub struct EventHandlerEntry {
    /// The projection it belongs to; `None` for a free function.
    pub projection: Option<fn() -> TypeId>,
    /// The projection's name, or the function's: the processor of a free function.
    pub owner: &'static str,
    /// The handler's Rust name, for people.
    pub handler: &'static str,
    /// The stored name of the event it handles.
    pub event: &'static str,
    /// What the event was in the course of time.
    pub lineage: &'static Lineage,
    /// What its parameters need.
    pub needs: fn(&mut Needs),
    /// The handler.
    pub call: EventCall,
    /// Where it is.
    pub source: Source,
}

impl EventHandlerEntry {
    /// The entry of a handler of `E`.
    #[must_use]
    pub const fn of<E: Event>(
        projection: Option<fn() -> TypeId>,
        owner: &'static str,
        handler: &'static str,
        needs: fn(&mut Needs),
        call: EventCall,
        file: &'static str,
        line: u32,
    ) -> Self {
        let source = Source { file, line };
        let lineage = E::LINEAGE;
        Self { projection, owner, handler, event: E::NAME, lineage, needs, call, source }
    }

    /// True if the handler may await what is outside.
    pub(crate) fn awaits(&self) -> bool {
        matches!(self.call, EventCall::Async(_))
    }
}

/// A query handler, submitted by `#[query_handler]`.
#[derive(Clone, Copy)]
pub struct QueryHandlerEntry {
    /// The projection whose views it reads; `None` for a free function.
    pub projection: Option<fn() -> TypeId>,
    /// The query's name.
    pub query: &'static str,
    /// The query's Rust type.
    pub query_id: fn() -> TypeId,
    /// The handler's Rust name, for people.
    pub handler: &'static str,
    /// What its parameters need.
    pub needs: fn(&mut Needs),
    /// The handler.
    pub call: QueryCall,
    /// Decodes the query from JSON.
    pub decode: fn(&[u8]) -> Result<Box<dyn Any + Send + Sync>, serde_json::Error>,
    /// Encodes the answer to JSON.
    pub encode: fn(Box<dyn Any + Send>) -> Result<Vec<u8>, serde_json::Error>,
    /// Where it is.
    pub source: Source,
}

impl QueryHandlerEntry {
    /// The entry of a handler of `Q`.
    #[must_use]
    pub const fn of<Q: Query>(
        projection: Option<fn() -> TypeId>,
        handler: &'static str,
        needs: fn(&mut Needs),
        call: QueryCall,
        file: &'static str,
        line: u32,
    ) -> Self {
        Self {
            projection,
            query: Q::NAME,
            query_id: TypeId::of::<Q>,
            handler,
            needs,
            call,
            decode: |json| {
                Ok(Box::new(serde_json::from_slice::<Q>(json)?) as Box<dyn Any + Send + Sync>)
            },
            encode: |answer| match answer.downcast::<Q::Answer>() {
                Ok(answer) => serde_json::to_vec(&*answer),
                Err(_) => Err(serde::ser::Error::custom("the answer has another type")),
            },
            source: Source { file, line },
        }
    }
}

inventory::collect!(AggregateEntry);
inventory::collect!(EventEntry);
inventory::collect!(CommandEntry);
inventory::collect!(ProjectionEntry);
inventory::collect!(EventHandlerEntry);
inventory::collect!(QueryHandlerEntry);
