use std::time::{Duration, Instant};

use crate::event::{CommandId, InvalidId, Metadata, Tenant, keys};
use crate::unit::UnitOfWork;

/// How a command is sent: its id, metadata, tenant and deadline.
///
/// ```
/// # use es_core::{command::Dispatch, event::CommandId};
/// let dispatch = Dispatch::new()
///     .id(CommandId::from_key("checkout-4711"))
///     .meta("user", "ada")
///     .within(std::time::Duration::from_secs(2));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Dispatch {
    pub(crate) id: Option<CommandId>,
    pub(crate) metadata: Metadata,
    pub(crate) deadline: Option<Instant>,
    // True if the gateway made the id up, so that nobody can have sent it before.
    pub(crate) generated: bool,
    // The unit of work of the handler that sends it.
    pub(crate) within: Option<UnitOfWork>,
}

impl Dispatch {
    /// A fresh id, no metadata, no deadline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends under this id, which belongs to one command from now on: a repetition of a command
    /// that stored events gets the first answer and runs nothing, as long as the log remembers
    /// commands (on SQLite seven days for ids given here, `remember_outside_s`).
    ///
    /// What stored nothing is not remembered: a command that was refused, or that had nothing to
    /// do, is decided anew. A repetition is known by the id, the command's name and its target;
    /// what else the command says is not compared, so give another command another id.
    #[must_use]
    pub fn id(mut self, id: CommandId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sends these entries along, in place of earlier ones.
    #[must_use]
    pub fn metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }

    /// Sends one more entry along.
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key, value);
        self
    }

    /// Sends in the name of a tenant.
    #[must_use]
    pub fn tenant(self, tenant: &Tenant) -> Self {
        self.meta(keys::TENANT, tenant.as_str())
    }

    /// Gives up at this moment: before the events are handed to the log nothing is stored, after
    /// it the outcome is unknown and the command can be sent again under the same id.
    #[must_use]
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Gives up after this time; see [`Dispatch::deadline`].
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        // A moment too far to be named never comes.
        self.deadline = Instant::now().checked_add(time);
        self
    }

    pub(crate) fn tenant_of(&self) -> Result<Tenant, InvalidId> {
        self.metadata.tenant()
    }
}
