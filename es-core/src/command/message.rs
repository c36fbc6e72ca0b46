use std::any::{Any, TypeId};
use std::fmt;

use crate::event::{CommandId, Metadata, StreamId};

/// A command as interceptors see it, beside its handler.
pub struct CommandMessage<'a> {
    pub(crate) name: &'static str,
    pub(crate) id: CommandId,
    pub(crate) metadata: &'a Metadata,
    pub(crate) target: Option<&'a StreamId>,
    pub(crate) payload: &'a (dyn Any + Send + Sync),
}

impl CommandMessage<'_> {
    /// The command's stored name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The command's id.
    #[must_use]
    pub fn id(&self) -> CommandId {
        self.id
    }

    /// What travels with it.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.metadata
    }

    /// The stream of the aggregate it is for; `None` for a free handler.
    #[must_use]
    pub fn target(&self) -> Option<&StreamId> {
        self.target
    }

    /// The command's Rust type.
    #[must_use]
    pub fn payload_type(&self) -> TypeId {
        self.payload.type_id()
    }

    /// The command itself, if it is a `C`.
    #[must_use]
    pub fn downcast_ref<C: 'static>(&self) -> Option<&C> {
        self.payload.downcast_ref()
    }
}

impl fmt::Debug for CommandMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandMessage")
            .field("name", &self.name)
            .field("id", &self.id)
            .field("metadata", &self.metadata)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
