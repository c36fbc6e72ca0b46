use std::fmt;
use std::sync::OnceLock;

use super::{Closed, Entry, UnitOfWork};
use crate::context::{Context, Host};
use crate::event::{StreamId, Tenant};
use crate::fault::Fault;

/// The unit of work of one run of a handler, made when the handler first reaches for it: most
/// handlers never do, and pay nothing.
#[derive(Default)]
pub(crate) struct Within {
    /// Only in the context of the handler that the unit begins with: it ends with this.
    seed: Option<Seed>,
    unit: OnceLock<UnitOfWork>,
}

/// What a unit of work begins with.
#[derive(Clone)]
pub(crate) struct Seed {
    pub(crate) tenant: Tenant,
    /// The command's own target, which its handler has.
    pub(crate) own: Option<StreamId>,
    /// True if nothing may be decided on what is not durable.
    pub(crate) is_barrier: bool,
}

impl Within {
    /// Begins a unit when somebody reaches for it.
    pub(crate) fn later(seed: Seed) -> Self {
        Self { seed: Some(seed), unit: OnceLock::new() }
    }
}

impl From<UnitOfWork> for Within {
    fn from(unit: UnitOfWork) -> Self {
        Self { seed: None, unit: unit.into() }
    }
}

// Also where a handler was cut off: a unit that somebody took along must not keep turns.
impl Drop for Within {
    fn drop(&mut self) {
        if let (Some(_), Some(unit)) = (&self.seed, self.unit.get()) {
            drop(unit.close());
        }
    }
}

impl Context {
    /// The unit of work that this message's handler belongs to.
    pub(crate) fn unit(&self) -> Result<&UnitOfWork, Fault> {
        if let Some(unit) = self.within.unit.get() {
            return Ok(unit);
        }
        let (Some(seed), Some(command), Host::App(runtime)) =
            (&self.within.seed, self.command_id, &self.host)
        else {
            return Err(Fault::defect(
                "there is no unit of work here; repositories and gateways belong to the handlers \
                 of commands that an application carries out, in tests `App::test()`",
            ));
        };
        Ok(self.within.unit.get_or_init(|| {
            UnitOfWork::begin(runtime.clone(), seed.clone(), command, self.metadata.clone())
        }))
    }

    /// Begins the unit with aggregates whose turns it has.
    #[inline]
    pub(crate) fn hold(&self, held: Vec<Entry>) -> Result<(), Fault> {
        if held.is_empty() { Ok(()) } else { self.unit().map(|unit| unit.hold(held)) }
    }

    /// True if a command sent here may have had effects outside that nobody may repeat.
    pub(crate) fn has_effects(&self) -> bool {
        self.within.unit.get().is_some_and(UnitOfWork::has_effects)
    }

    /// Ends the unit, if the handler has reached for it.
    pub(crate) fn close(&self) -> Option<Box<Closed>> {
        self.within.unit.get().map(|unit| Box::new(unit.close()))
    }
}

impl fmt::Debug for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.unit.get().is_some() { "Within(unit)" } else { "Within" })
    }
}
