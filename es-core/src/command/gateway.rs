use serde_json::value::RawValue;

use super::{Command, CommandError, Dispatch, HandledBy, Rejection, Reply, send_boxed};
use crate::context::{Context, FromContext, Needs};
use crate::event::CommandId;
use crate::fault::Fault;
use crate::registry::{NamedCommand, NamedReply};
use crate::runtime::Runtime;
use crate::store::CommitToken;
use crate::unit::UnitOfWork;

/// Sends commands. Cloning is cheap.
///
/// There are three ways: [`send`](Self::send) is typed by the handler and needs its crate,
/// [`dispatch`](Self::dispatch) needs the command's crate only, [`named`](Self::named) neither.
///
/// As the parameter of a command handler it belongs to the handler's unit of work: what is sent
/// through it is decided at once on the aggregates as the unit has them, and stored together with
/// what the handler itself decides, or not at all. A command that fails takes back its own events
/// and nothing else, so that the handler may go on. It inherits conversation, tenant, trace context
/// and the keys given to `AppBuilder::propagate`. Only the outer command is remembered by its id.
///
/// # Cancel safety
/// The same for every way of sending. While a command waits for its turn, dropping the future
/// withdraws it. From the handler's start on it is carried out without its caller; dropping the
/// future then loses only the reply. In a handler, where the command is a part of the handler's own
/// work, dropping the future takes back what it did.
#[derive(Clone)]
pub struct CommandGateway {
    runtime: Runtime,
    within: Option<UnitOfWork>,
}

/// A reply, and where the command's events went.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracked<R> {
    /// What the handler replied.
    pub reply: R,
    /// The commit token, for reading one's own writes; empty if nothing was stored, and in a
    /// handler, whose commands are stored with its own.
    pub token: CommitToken,
}

impl CommandGateway {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self { runtime, within: None }
    }

    /// Tells a command that it is sent from here.
    fn send_from_here(&self, dispatch: &mut Dispatch) {
        if let Some(unit) = &self.within {
            let listed = &self.runtime.shared().propagated;
            let inherited = unit.metadata().passed_on(listed);
            dispatch.metadata = inherited.overlaid_with(&dispatch.metadata);
            dispatch.within = Some(unit.clone());
        }
    }

    /// Sends a command, and gives the handler's reply once everything it decided is durable.
    ///
    /// # Errors
    /// The domain's own error, typed, as [`CommandError::Rejected`]; every other variant says what
    /// happened and whether sending again can help ([`CommandError::is_retryable`]).
    ///
    /// A handler that gives up on it returns `Result<_, HandlerError<E>>`, whatever its own error
    /// `E` is, and writes `.await.map_err(HandlerError::nested)?`; see
    /// [`HandlerError::nested`](super::HandlerError::nested).
    // No `async fn`: the future is `send_with`'s, not another one around it.
    pub fn send<H: 'static, C: HandledBy<H>>(
        &self,
        command: C,
    ) -> impl Future<Output = Result<C::Reply, CommandError<C::Error>>> + Send {
        self.send_with(command, Dispatch::new())
    }

    /// Sends a command under a given id, with metadata, for a tenant, or with a deadline.
    ///
    /// # Errors
    /// See [`CommandGateway::send`].
    pub async fn send_with<H: 'static, C: HandledBy<H>>(
        &self,
        command: C,
        mut dispatch: Dispatch,
    ) -> Result<C::Reply, CommandError<C::Error>> {
        self.send_from_here(&mut dispatch);
        let sent = if self.runtime.is_dispatch_intercepted() {
            send_boxed(command, &self.runtime, dispatch).await
        } else {
            command.run(&self.runtime, dispatch).await
        };
        sent.map(|tracked| tracked.reply).map_err(CommandError::typed)
    }

    /// Sends a command, and gives the commit token beside the reply.
    ///
    /// # Errors
    /// See [`CommandGateway::send`].
    pub fn send_tracked<H: 'static, C: HandledBy<H>>(
        &self,
        command: C,
    ) -> impl Future<Output = Result<Tracked<C::Reply>, CommandError<C::Error>>> + Send {
        self.send_tracked_with(command, Dispatch::new())
    }

    /// [`CommandGateway::send_with`] that gives the commit token beside the reply.
    ///
    /// # Errors
    /// See [`CommandGateway::send`].
    pub async fn send_tracked_with<H: 'static, C: HandledBy<H>>(
        &self,
        command: C,
        mut dispatch: Dispatch,
    ) -> Result<Tracked<C::Reply>, CommandError<C::Error>> {
        self.send_from_here(&mut dispatch);
        let sent = if self.runtime.is_dispatch_intercepted() {
            send_boxed(command, &self.runtime, dispatch).await
        } else {
            command.run(&self.runtime, dispatch).await
        };
        sent.map_err(CommandError::typed)
    }

    /// Sends a command whose handler is found at run time; the reply must decode as `R`:
    /// `let placed: Placed = commands.dispatch(PlaceOrder { .. }).await?`.
    ///
    /// # Errors
    /// See [`CommandGateway::send`]; the domain's error is found by
    /// [`Rejection::downcast_ref`]. `NoHandler` if nobody linked handles the command,
    /// `Undecodable` if the reply is no `R` (the command was carried out then).
    pub async fn dispatch<R: Reply>(
        &self,
        command: impl Command,
    ) -> Result<R, CommandError<Rejection>> {
        self.dispatch_with(command, Dispatch::new()).await
    }

    /// [`CommandGateway::dispatch`] under a given id, with metadata, or with a deadline.
    ///
    /// # Errors
    /// See [`CommandGateway::dispatch`].
    pub async fn dispatch_with<C: Command, R: Reply>(
        &self,
        command: C,
        mut dispatch: Dispatch,
    ) -> Result<R, CommandError<Rejection>> {
        let command_id = *dispatch.id_or_generate();
        let undecodable = |reason: String| CommandError::Undecodable {
            command_id,
            name: C::NAME.to_owned(),
            reason,
        };
        let json = serde_json::to_vec(&command).map_err(|error| undecodable(error.to_string()))?;
        let reply = self.named_tracked(C::NAME, &json, dispatch).await?.json;
        serde_json::from_str(reply.get()).map_err(|error| {
            undecodable(format!(
                "the reply is no `{}`: {error}; the command was carried out",
                std::any::type_name::<R>()
            ))
        })
    }

    /// Sends a command by name with its payload as JSON, and gives the reply as JSON.
    ///
    /// The name finds every handler of the application: where it comes from outside, look it up in
    /// a list of those that are let in.
    ///
    /// # Errors
    /// See [`CommandGateway::dispatch`]; `Undecodable` if the JSON is not this command.
    pub async fn named(
        &self,
        name: &str,
        json: &[u8],
    ) -> Result<Box<RawValue>, CommandError<Rejection>> {
        Ok(self.named_tracked(name, json, Dispatch::new()).await?.json)
    }

    /// [`CommandGateway::named`] with everything that can be said, and the commit token.
    ///
    /// # Errors
    /// See [`CommandGateway::named`].
    pub async fn named_tracked(
        &self,
        name: &str,
        json: &[u8],
        mut dispatch: Dispatch,
    ) -> Result<NamedReply, CommandError<Rejection>> {
        self.send_from_here(&mut dispatch);
        let Some(entry) = self.runtime.shared().commands.get(name) else {
            let command_id = *dispatch.id_or_generate();
            return Err(CommandError::NoHandler { command_id, text: self.unknown(name) });
        };
        (entry.dispatch)(&self.runtime, NamedCommand { json, dispatch }).await
    }

    fn unknown(&self, name: &str) -> String {
        let mut known: Vec<_> = self.runtime.shared().commands.keys().copied().collect();
        known.sort_unstable();
        format!(
            "no linked handler for command `{name}`; write `use the_handlers_crate as _;` or \
             `.with::<TheAggregate>()` (known: {})",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        )
    }
}

impl FromContext for CommandGateway {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        let unit = context.unit()?.clone();
        Ok(Self { runtime: unit.runtime().clone(), within: Some(unit) })
    }

    fn needs(needs: &mut Needs) {
        needs.unit_of_work();
        needs.multi_stream_appends();
    }
}

impl Dispatch {
    // A command that fails before it gets its turn still names an id in its error.
    pub(crate) fn id_or_generate(&mut self) -> &CommandId {
        self.generated |= self.id.is_none();
        self.id.get_or_insert_with(CommandId::generate)
    }
}
