use std::any::Any;

use crate::fault::{Fault, IntoFault};
use crate::future::BoxFuture;
use crate::projection::{AsyncBatch, Batch};

/// What a query handler returns: the answer, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the answer that the query declares",
    label = "expected `{T}` or `Result<{T}, _>`",
    note = "change the handler's return type, or `#[query(answer = ..)]`"
)]
pub trait Answer<T> {
    /// Converts it; generated code calls it.
    ///
    /// # Errors
    /// The handler's own.
    fn answer(self) -> Result<T, Fault>;
}

impl<T> Answer<T> for T {
    fn answer(self) -> Result<T, Fault> {
        Ok(self)
    }
}

impl<T, X: IntoFault> Answer<T> for Result<T, X> {
    fn answer(self) -> Result<T, Fault> {
        self.map_err(IntoFault::into_fault)
    }
}

/// One query handler as the query bus calls it: takes the query's value, gives the answer's.
#[derive(Clone, Copy)]
pub enum QueryCall {
    /// A plain `fn`, called on a thread of the query pool.
    Sync(fn(&(dyn Any + Send + Sync), &Batch) -> Result<Box<dyn Any + Send>, Fault>),
    /// An `async fn`.
    Async(
        for<'a> fn(
            &'a (dyn Any + Send + Sync),
            &'a AsyncBatch,
        ) -> BoxFuture<'a, Result<Box<dyn Any + Send>, Fault>>,
    ),
}
