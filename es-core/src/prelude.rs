//! What a domain module usually needs.

pub use es_macros::{
    AggregateId, Command, Event, Query, State, View, ViewKey, aggregate, aggregate_member,
    boundary, command_handler, command_interceptor, criteria, event_handler,
    event_sourcing_handler, projection, query_handler,
};
pub use serde::{Deserialize, Serialize};

pub use crate::aggregate::{MemberRoot, MemberSlot, ReadOnlyRepository, Root, Slot};
pub use crate::app::App;
pub use crate::boundary::Boundary;
pub use crate::command::{
    CommandError, CommandGateway, CommandMessage, Dispatch, HandlerError, Recorded, Veto,
};
pub use crate::context::Inject;
pub use crate::event::{CommandId, Metadata, Position, Sequence, StreamId, Timestamp};
pub use crate::fault::Fault;
pub use crate::projection::Views;
pub use crate::query::QueryGateway;
pub use crate::store::Criteria;
pub use crate::unit::{EventGateway, Loaded, Repository, UnitOfWork};
