//! What the macros know of the user's code, read from signatures and attributes alone.

mod block;
mod boundary;
mod command;
mod fingerprint;
mod free_command;
mod interceptor;
mod member;
mod output;
mod pair;
mod read_side;
mod self_type;
mod signature;
mod sourcing;
mod unmarked;

pub(crate) use block::{AggregateBlock, take_role};
pub(crate) use boundary::{BoundaryBlock, CriteriaFn};
pub(crate) use command::{CommandHandler, CommandStub, Owner, Shape};
pub(crate) use fingerprint::fingerprint;
pub(crate) use free_command::{FreeCommandHandler, boundary_of};
pub(crate) use interceptor::Interceptor;
pub(crate) use member::MemberOf;
pub(crate) use output::{HOLDERS, Output, SETS, Written, arguments_of, leaves, spaced};
pub(crate) use pair::pair_up;
pub(crate) use read_side::{ReadHandler, ReadKind};
pub(crate) use self_type::{last_ident, relocate, with_self};
pub(crate) use signature::{Lent, Parameter, check_function, parameter, ungrouped};
pub(crate) use sourcing::{Effect, SourcingHandler};
pub(crate) use unmarked::Unmarked;
