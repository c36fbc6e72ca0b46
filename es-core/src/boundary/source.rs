use super::{Boundary, BoundaryOf};
use crate::command::{Command, Refusal};
use crate::context::Context;
use crate::fault::Fault;

/// Sources a boundary for a command; generated code calls it before the handler.
///
/// # Errors
/// The log cannot be read, or an event cannot be folded.
pub async fn source<S: BoundaryOf<C>, C: Command, X>(
    _context: &Context,
    _command: &C,
) -> Result<Boundary<S>, Refusal<X>> {
    Err(Refusal::Fault(Fault::new("there is no unit of work here; boundaries belong to one")))
}
