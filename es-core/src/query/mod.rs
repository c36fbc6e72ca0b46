//! Queries: questions that the read side answers.
//!
//! A query declares the type of its answer, because several handlers may stand for one.

mod answer;
mod error;
mod gateway;

pub use answer::{Answer, QueryCall};
pub use error::QueryError;
pub use gateway::QueryGateway;
pub(crate) use gateway::QueryRoute;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A question. Written by `#[derive(Query)]` with `#[query(answer = ..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    label = "not a query",
    note = "add `#[derive(Query)] #[query(answer = ..)]` to `{Self}`"
)]
pub trait Query: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name by which HTTP and other processes find it.
    const NAME: &'static str;

    /// What it is answered with.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
}
