//! What a domain module usually needs.

pub use es_macros::{
    AggregateId, Command, Event, Query, State, View, ViewKey, aggregate, command_handler,
    event_handler, event_sourcing_handler, projection, query_handler,
};
pub use serde::{Deserialize, Serialize};

pub use crate::aggregate::{ReadOnlyRepository, Root, Slot};
pub use crate::app::App;
pub use crate::command::{CommandError, CommandGateway, Dispatch, HandlerError, Recorded};
pub use crate::context::Inject;
pub use crate::event::{CommandId, Metadata, Position, Sequence, Timestamp};
pub use crate::fault::Fault;
pub use crate::projection::Views;
pub use crate::query::QueryGateway;
