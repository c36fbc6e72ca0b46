use super::UnitOfWork;
use crate::context::{Context, FromContext, Needs};
use crate::event::{CommandId, Event, EventId, Metadata};
use crate::fault::Fault;
use crate::runtime::Runtime;
use crate::store::{Append, AppendError, CommitToken, NewEvent};

/// Publishes events that belong to no aggregate. Cloning is cheap.
///
/// Such events have no sequence; their sequencing key is their first tag, or their own id.
///
/// As a handler's parameter it belongs to the handler's unit of work: events are stored with the
/// command's others, in order, and the token is empty until then. The application's own
/// (`app.event_gateway()`) stores each at once.
#[derive(Clone)]
pub struct EventGateway(Way);

#[derive(Clone)]
enum Way {
    Unit(UnitOfWork),
    Log(Runtime),
}

impl EventGateway {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self(Way::Log(runtime))
    }

    /// Publishes an event.
    ///
    /// # Errors
    /// It cannot be encoded; the log refused it, or failed. In a handler: the handler has ended.
    /// Outside one: the application is [`ShuttingDown`].
    ///
    /// # Cancel safety
    /// Dropping the future leaves the event stored or not, and nobody the wiser: send a command
    /// where that matters, which has an id. In a handler it never waits.
    pub async fn publish<E: Event>(&self, event: E) -> Result<CommitToken, Fault> {
        self.publish_with(event, Metadata::new()).await
    }

    /// [`EventGateway::publish`] with metadata, which also names the tenant. In a handler the
    /// command's own metadata is stored instead.
    ///
    /// # Errors
    /// See [`EventGateway::publish`].
    ///
    /// # Cancel safety
    /// See [`EventGateway::publish`].
    pub async fn publish_with<E: Event>(
        &self,
        event: E,
        metadata: Metadata,
    ) -> Result<CommitToken, Fault> {
        match &self.0 {
            Way::Unit(unit) => {
                drop(unit.open()?);
                unit.publish(event);
                Ok(CommitToken::default())
            }
            Way::Log(runtime) => store(runtime, &event, metadata).await,
        }
    }
}

async fn store<E: Event>(
    runtime: &Runtime,
    event: &E,
    metadata: Metadata,
) -> Result<CommitToken, Fault> {
    let Some(_ticket) = runtime.admit() else {
        return Err(ShuttingDown.into());
    };
    let tenant = metadata.tenant()?;
    let metadata = metadata.caused_by_command(CommandId::generate().0);
    let event = NewEvent::of(event, EventId::generate(), metadata)?;
    let permit = runtime.shared().store.reserve(None).await.map_err(refused)?;
    let batch = Append { tenant, events: vec![event], ..Append::default() };
    Ok(permit.append(batch).await.map_err(refused)?.token)
}

/// What a command would be answered.
fn refused(error: AppendError) -> Fault {
    match error {
        AppendError::Closed => ShuttingDown.into(),
        error => error.into(),
    }
}

/// An event was published while the application was shutting down, and is not stored: what
/// [`CommandError::ShuttingDown`](crate::command::CommandError::ShuttingDown) is for commands.
/// [`Fault::downcast_ref`] finds it.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the application is shutting down; nothing is stored")]
pub struct ShuttingDown;

crate::fault::debug_is_display!(ShuttingDown);

impl FromContext for EventGateway {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        Ok(Self(Way::Unit(context.unit()?.clone())))
    }

    fn needs(needs: &mut Needs) {
        needs.unit_of_work();
    }
}
