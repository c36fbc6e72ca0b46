//! What a handler may ask for beside its payload.
//!
//! One rule for every parameter after the payload: written `T`, `&T` or `&mut T`, it is extracted
//! as an owned `T` and lent to the handler. So no type that a handler names has a lifetime
//! parameter, which `async fn` would forbid.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::event::{Clock, CommandId, Metadata, Position, Sequence, StreamId, Timestamp};
use crate::fault::Fault;
use crate::runtime::Runtime;
use crate::unit::Within;

/// What surrounds one message while its handler runs.
#[derive(Debug)]
pub struct Context {
    pub(crate) metadata: Metadata,
    pub(crate) command_id: Option<CommandId>,
    /// Of an aggregate's event.
    pub(crate) stream: Option<(StreamId, Sequence)>,
    pub(crate) position: Option<Position>,
    pub(crate) host: Host,
    pub(crate) within: Within,
}

impl Clone for Context {
    fn clone(&self) -> Self {
        Self {
            metadata: self.metadata.clone(),
            command_id: self.command_id,
            stream: self.stream.clone(),
            position: self.position,
            host: self.host.clone(),
            // A copy belongs to the same unit of work, which has to be there for that.
            within: self.unit().map_or_else(|_| Within::default(), |unit| unit.clone().into()),
        }
    }
}

impl Context {
    /// The context of a message outside any runtime, for calling handlers by hand.
    #[must_use]
    pub fn detached(timestamp: Timestamp, resources: Arc<Resources>) -> Self {
        Self {
            metadata: Metadata::new(),
            command_id: None,
            stream: None,
            position: None,
            host: Host::At(resources, timestamp),
            within: Within::default(),
        }
    }
}

/// Where a message's handler runs: what it can be given, and what time it is there.
// One reference for a command, because every command has a context.
#[derive(Clone)]
pub(crate) enum Host {
    /// An application that carries commands out.
    App(Runtime),
    /// Who answers queries.
    Reader(Arc<Resources>, Arc<dyn Clock>),
    /// Somebody to whom the time of the message is known.
    At(Arc<Resources>, Timestamp),
}

impl Host {
    fn resources(&self) -> &Resources {
        match self {
            Self::App(runtime) => &runtime.shared().resources,
            Self::Reader(resources, _) | Self::At(resources, _) => resources,
        }
    }

    fn now(&self) -> Timestamp {
        match self {
            Self::App(runtime) => runtime.shared().clock.now(),
            Self::Reader(_, clock) => clock.now(),
            Self::At(_, timestamp) => *timestamp,
        }
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resources().fmt(f)
    }
}

/// A value that a handler can take as a parameter, from the message's context.
///
/// Implement it for types of your own; in an event or query handler everything that implements
/// it works too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler parameter",
    label = "cannot be taken from the context",
    note = "wrap a resource in `Inject<{Self}>` and give it to `AppBuilder::provide`, or implement `FromContext` for `{Self}`"
)]
pub trait FromContext: Sized {
    /// True if the value reaches outside the application. A free command handler with such a
    /// parameter is a barrier: see [`crate::command::FreeCall::effects`].
    const EFFECTS: bool = false;

    /// Takes the value.
    ///
    /// # Errors
    /// The context has no such value; the message fails with a fault.
    fn from_context(context: &Context) -> Result<Self, Fault>;

    /// Tells what must be there, so that a missing resource stops the start, not a command.
    fn needs(_needs: &mut Needs) {}
}

/// What handlers need of the application; checked when it starts.
#[derive(Debug, Default)]
pub struct Needs {
    pub(crate) resources: Vec<(TypeId, &'static str)>,
    pub(crate) aggregates: Vec<NeededAggregate>,
    pub(crate) parts: Vec<Part>,
    pub(crate) views: Vec<crate::projection::ViewSchema>,
    pub(crate) sql_by_hand: bool,
    pub(crate) tag_conditions: bool,
    pub(crate) multi_stream_appends: bool,
    pub(crate) unit_of_work: bool,
}

impl Needs {
    /// Needs a resource given to `AppBuilder::provide`.
    pub fn resource<T: ?Sized + 'static>(&mut self) {
        self.resources.push((TypeId::of::<T>(), type_name::<T>()));
    }

    /// Needs an aggregate that is part of the application.
    pub(crate) fn aggregate<A: Aggregate>(&mut self) {
        let type_id = TypeId::of::<A>();
        if !self.aggregates.iter().any(|known| known.type_id == type_id) {
            let type_name = type_name::<A>();
            self.aggregates.push(NeededAggregate { type_id, name: A::NAME, type_name });
        }
    }

    /// Needs a part of the message that not every handler is given.
    fn part(&mut self, part: Part) {
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    /// Needs a name space of its own for tables that SQL written by hand names.
    pub fn sql_by_hand(&mut self) {
        self.sql_by_hand = true;
    }

    /// Needs a log that judges conditions over tags.
    pub fn tag_conditions(&mut self) {
        self.tag_conditions = true;
    }

    /// Needs a log that stores the events of several streams in one batch.
    pub fn multi_stream_appends(&mut self) {
        self.multi_stream_appends = true;
    }

    /// Needs a unit of work, which only the handlers of commands have.
    pub fn unit_of_work(&mut self) {
        self.unit_of_work = true;
    }

    /// Needs a view's table.
    pub fn view(&mut self, schema: crate::projection::ViewSchema) {
        if !self.views.iter().any(|known| known.name == schema.name) {
            self.views.push(schema);
        }
    }
}

/// An aggregate that a handler loads.
#[derive(Debug)]
pub(crate) struct NeededAggregate {
    pub(crate) type_id: TypeId,
    /// The stored name.
    pub(crate) name: &'static str,
    pub(crate) type_name: &'static str,
}

/// A part of a message that only some handlers are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    CommandId,
    StreamId,
    Sequence,
    Position,
}

impl Part {
    /// The parameter's type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CommandId => "CommandId",
            Self::StreamId => "StreamId",
            Self::Sequence => "Sequence",
            Self::Position => "Position",
        }
    }

    fn absent(self) -> Fault {
        let of = match self {
            Self::CommandId => "a command",
            Self::StreamId | Self::Sequence => "an aggregate's event",
            Self::Position => "a stored event",
        };
        let what = self.name();
        Fault::defect(format!("there is no `{what}` here; it belongs to the handler of {of}"))
    }
}

/// Resources given to the application, by type.
pub struct Resources {
    by_type: HashMap<TypeId, (Box<dyn Any + Send + Sync>, &'static str)>,
    // What to call where one is missing: a fixture has no application.
    giver: &'static str,
}

impl Default for Resources {
    fn default() -> Self {
        Self::given_to("AppBuilder::provide")
    }
}

impl Resources {
    /// No resources yet; a missing one is told with the name of the method to give it to.
    pub(crate) fn given_to(giver: &'static str) -> Self {
        Self { by_type: HashMap::new(), giver }
    }

    /// Adds a resource; a trait object is found under its trait.
    pub fn provide<T: ?Sized + Send + Sync + 'static>(&mut self, resource: Arc<T>) {
        self.by_type.insert(TypeId::of::<T>(), (Box::new(resource), type_name::<T>()));
    }

    /// Finds a resource.
    #[must_use]
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.by_type.get(&TypeId::of::<T>())?.0.downcast_ref::<Arc<T>>().cloned()
    }

    pub(crate) fn contains(&self, type_id: TypeId) -> bool {
        self.by_type.contains_key(&type_id)
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.by_type.values().map(|(_, name)| *name).collect();
        names.sort_unstable();
        names
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// A resource given to `AppBuilder::provide`: a service, a client, a configuration.
#[derive(Debug)]
pub struct Inject<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Clone for Inject<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> From<Arc<T>> for Inject<T> {
    fn from(resource: Arc<T>) -> Self {
        Self(resource)
    }
}

impl<T: ?Sized> Deref for Inject<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized + Send + Sync + 'static> FromContext for Inject<T> {
    const EFFECTS: bool = true;

    fn from_context(context: &Context) -> Result<Self, Fault> {
        let resources = context.host.resources();
        resources.get::<T>().map(Self).ok_or_else(|| {
            Fault::defect(format!(
                "nobody provided `{}`; give it to `{}`",
                type_name::<T>(),
                resources.giver
            ))
        })
    }

    fn needs(needs: &mut Needs) {
        needs.resource::<T>();
    }
}

impl FromContext for Metadata {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        Ok(context.metadata.clone())
    }
}

/// Only in a command handler; what caused an event is in its [`Metadata`].
impl FromContext for CommandId {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        context.command_id.ok_or_else(|| Part::CommandId.absent())
    }

    fn needs(needs: &mut Needs) {
        needs.part(Part::CommandId);
    }
}

/// In a command handler the clock's now, in an event handler the time of recording.
impl FromContext for Timestamp {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        Ok(context.host.now())
    }
}

/// Which aggregate the event is of. Only in an event handler, and there of an aggregate's event.
impl FromContext for StreamId {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        let stream = context.stream.as_ref();
        stream.map(|(id, _)| id.clone()).ok_or_else(|| Part::StreamId.absent())
    }

    fn needs(needs: &mut Needs) {
        needs.part(Part::StreamId);
    }
}

/// Only in an event handler, and there of an aggregate's event.
impl FromContext for Sequence {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        let stream = context.stream.as_ref();
        stream.map(|(_, sequence)| *sequence).ok_or_else(|| Part::Sequence.absent())
    }

    fn needs(needs: &mut Needs) {
        needs.part(Part::Sequence);
    }
}

/// Only in an event handler.
impl FromContext for Position {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        context.position.ok_or_else(|| Part::Position.absent())
    }

    fn needs(needs: &mut Needs) {
        needs.part(Part::Position);
    }
}
