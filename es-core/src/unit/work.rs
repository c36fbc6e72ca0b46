use super::UnitOfWork;
use crate::event::{CommandId, Metadata};
use crate::fault::Fault;

/// A part of what a unit of work does: taken back unless it is kept.
// Also where its future is dropped half-way, or a panic goes through it.
pub(crate) struct Work<'a> {
    pub(crate) unit: UnitOfWork,
    sender: &'a UnitOfWork,
    is_kept: bool,
}

impl<'a> Work<'a> {
    /// That of a command which the sender's handler sends.
    pub(crate) fn of_command(
        sender: &'a UnitOfWork,
        command: CommandId,
        metadata: Metadata,
    ) -> Self {
        Self { unit: sender.inner(command, metadata), sender, is_kept: false }
    }

    /// That of one attempt to send such a command.
    pub(crate) fn of_attempt(sender: &'a UnitOfWork) -> Self {
        Self { unit: sender.attempt(), sender, is_kept: false }
    }

    /// Why it cannot be kept.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.sender.open().err().or_else(|| self.unit.fault())
    }

    /// Makes it a part of what the sender does.
    ///
    /// # Errors
    /// It cannot be kept, and is taken back.
    pub(crate) fn keep(mut self) -> Result<(), Fault> {
        self.fault().map_or(Ok(()), Err)?;
        self.unit.keep(self.sender)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.unit.undo(self.sender);
        }
    }
}
