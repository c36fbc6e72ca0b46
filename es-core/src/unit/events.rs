use super::{PublishError, UnitOfWork};
use crate::context::{Context, FromContext, Needs};
use crate::event::{CommandId, Event, EventId, Metadata};
use crate::fault::Fault;
use crate::runtime::Runtime;
use crate::store::{Append, CommitToken, NewEvent};

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
    /// An event that an aggregate folds belongs to its stream, and published it never reaches the
    /// aggregate: send the aggregate a command instead.
    ///
    /// In a handler [`UnitOfWork::publish`] is shorter: it neither waits nor fails. The error of
    /// this one is a fault there: `events.publish(event).await.map_err(Fault::from)?`.
    ///
    /// # Errors
    /// In a handler: `HandlerEnded`; an event that cannot be encoded fails the command. Outside one
    /// all others: `Append` where the log refused or failed, `InvalidId` of a tenant.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the event stored or not, and nobody the wiser: send a command
    /// where that matters, which has an id. In a handler it never waits.
    pub async fn publish<E: Event>(&self, event: E) -> Result<CommitToken, PublishError> {
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
    ) -> Result<CommitToken, PublishError> {
        match &self.0 {
            Way::Unit(unit) => {
                drop(unit.open().map_err(|_| PublishError::HandlerEnded)?);
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
) -> Result<CommitToken, PublishError> {
    let Some(_ticket) = runtime.admit() else {
        return Err(PublishError::ShuttingDown);
    };
    let tenant = metadata.tenant()?;
    let metadata = metadata.caused_by_command(CommandId::generate().0);
    let event = NewEvent::of(event, EventId::generate(), metadata)
        .map_err(|fault| PublishError::Unencodable { reason: fault.to_string() })?;
    let permit = runtime.shared().store.reserve(None).await?;
    let batch = Append { tenant, events: vec![event], ..Append::default() };
    Ok(permit.append(batch).await?.token)
}

impl FromContext for EventGateway {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        Ok(Self(Way::Unit(context.unit()?.clone())))
    }

    fn needs(needs: &mut Needs) {
        needs.unit_of_work();
    }
}
