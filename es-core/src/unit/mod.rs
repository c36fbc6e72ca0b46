//! Units of work: everything that one command changes, stored in one batch.
//!
//! A handler's gateway and repositories belong to its unit of work. A command it sends joins the
//! unit; the same id gives the same instance, with what is staged on it; an inner command that
//! fails takes back its own events and nothing else. All of it is stored together when the outer
//! handler has succeeded, under the condition that every aggregate the unit has loaded, also for
//! reading only, is still at the version it was loaded at.
//!
//! Nobody waits for an aggregate while holding another: only the outer command's own target is
//! queued for, further ones are loaded as they are. After a conflict the handler runs again, and
//! then takes its turns first, on all aggregates that the last run touched, in the order of their
//! streams. So a cycle of waiting cannot come about.
//!
//! Nothing of it is thread-local: the unit reaches a handler through its parameters.

mod beside;
mod cell;
mod closed;
mod error;
mod events;
mod lent;
mod place;
mod publish_error;
mod repository;
mod unit_of_work;
mod within;
mod work;

pub(crate) use cell::AnyCell;
pub(crate) use closed::Closed;
pub use error::RepositoryError;
pub use events::EventGateway;
use lent::Lent;
use place::{AnyPlace, Place};
pub use publish_error::PublishError;
pub use repository::{Loaded, Repository};
pub use unit_of_work::UnitOfWork;
pub(crate) use unit_of_work::{Callback, Entry, Staged};
pub(crate) use within::{Seed, Within};
pub(crate) use work::Work;

/// The guide's page on units of work; its code is compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/units-of-work.md")]
pub struct Guide;
