use std::fmt;
use std::time::Duration;

use crate::projection::{ProcessorError, ReadSideError};
use crate::registry::{OpenError, RegistryError};
use crate::store::ReadError;

/// Why an application did not start: everything that is wrong, at once.
pub struct StartError {
    pub(super) problems: Vec<Problem>,
}

/// One reason not to start.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A store could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Two places of the program contradict one another.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Nothing is registered.
    #[error(
        "no handler is registered: a crate that nothing names is not linked; write \
         `use your_domain as _;` in the program, or `.with::<YourAggregate>()`"
    )]
    Empty,
    /// A name given to `.expects(..)` is not registered.
    #[error(
        "aggregate `{name}` is expected and no linked crate has it; write \
         `use the_crate_with_it as _;` in the program, or `.with::<{name}>()` (there are: {known})"
    )]
    Missing {
        /// The name.
        name: String,
        /// The aggregates there are.
        known: String,
    },
    /// A handler takes a resource that nobody provided.
    #[error(
        "{handler} takes `Inject<{resource}>` and nobody provided it; call \
         `.provide::<{resource}>(..)` before `.start()` (provided: {provided})"
    )]
    Resource {
        /// The handler with its place in the source.
        handler: String,
        /// The resource's type.
        resource: &'static str,
        /// What was provided.
        provided: String,
    },
    /// A handler of events or queries asks for a unit of work.
    #[error(
        "{handler} takes a gateway, a `Repository` or a `UnitOfWork`, and only the handlers of \
         commands have a unit of work that these belong to; give `AppBuilder::provide` a service \
         that gets its gateway or repository after the start (in a `OnceLock`), and take it as \
         `Inject<..>`"
    )]
    UnitOfWork {
        /// The handler with its place in the source.
        handler: String,
    },
    /// A handler loads aggregates that the application does not have.
    #[error(
        "{handler} takes `Repository<{type_name}>`, and aggregate `{aggregate}` is not part of \
         this application; add `.{method}::<{type_name}>()`"
    )]
    Aggregate {
        /// The handler with its place in the source.
        handler: String,
        /// The aggregate's stored name.
        aggregate: &'static str,
        /// The aggregate's Rust path.
        type_name: &'static str,
        /// What the builder has to be told it with: `with` or `only`.
        method: &'static str,
    },
    /// A handler takes what its kind of handler is never given.
    #[error("{handler} takes `{parameter}`, which only {given_to} are given; {remedy}")]
    Parameter {
        /// The handler with its place in the source.
        handler: String,
        /// The parameter's type.
        parameter: &'static str,
        /// The handlers that may take it.
        given_to: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A handler needs what the log cannot do.
    #[error(
        "{handler} needs {lacking}, and the log has no such thing; choose another engine, or \
         decide it within one aggregate"
    )]
    Capability {
        /// The handler with its place in the source.
        handler: String,
        /// What it needs.
        lacking: &'static str,
    },
    /// No store was given.
    #[error(
        "no store is given; write `.store(\"sqlite:data/orders.db\")` and `use es_sqlite as _;`, \
         or begin with `App::test()` to keep everything in memory"
    )]
    NoStore,
    /// A processor cannot run.
    #[error(transparent)]
    Processor(#[from] ProcessorError),
    /// The read side cannot be used.
    #[error(transparent)]
    ReadSide(#[from] ReadSideError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] ReadError),
}

impl StartError {
    /// The reasons.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl<P: Into<Problem>> From<P> for StartError {
    fn from(problem: P) -> Self {
        Self { problems: vec![problem.into()] }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => write!(f, "{problem}"),
            problems => {
                write!(f, "the application does not start, for {} reasons:", problems.len())?;
                problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl std::error::Error for StartError {}

/// What was still running when a shutdown's time was up.
#[derive(thiserror::Error)]
#[error("after {within:?} still running: {}; give it more time", .late.join(", "))]
pub struct ShutdownError {
    pub(super) within: Duration,
    pub(super) late: Vec<&'static str>,
}

crate::fault::debug_is_display!(StartError, Problem, ShutdownError);
