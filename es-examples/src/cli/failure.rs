//! How the program ends when it does not end well.

use std::process::ExitCode;

use es_core::{
    aggregate::LoadError,
    command::{CommandError, DomainError},
    fault::Fault,
};
use serde_json::json;

use super::output::note;
use crate::retail::{FileError, ImportError, RejectsError};

/// What went wrong, by who is to do something about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The disk, a file or the store.
    #[error("{0}")]
    Fault(String),
    /// The arguments, which would be wrong whatever is stored.
    #[error("{0}")]
    Usage(String),
    /// The domain said no.
    #[error("{0}")]
    Rejected(String),
}

impl Failure {
    /// Returns the exit code of the program: 2 for wrong usage, 1 for what was refused or failed.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Rejected(_) | Self::Fault(_) => 1,
        })
    }

    /// Prints the failure on standard error.
    pub fn print(&self, json: bool) {
        if json {
            note(&json!({ "error": self.to_string(), "kind": self.kind() }).to_string());
        } else {
            note(&format!("error: {self}"));
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Fault(_) => "fault",
            Self::Usage(_) => "usage",
            Self::Rejected(_) => "rejected",
        }
    }

    /// Wraps whatever the infrastructure said.
    pub fn fault(error: impl Into<Fault>) -> Self {
        Self::Fault(error.into().to_string())
    }
}

impl<E: DomainError> From<CommandError<E>> for Failure {
    fn from(error: CommandError<E>) -> Self {
        match error {
            CommandError::InvalidId { .. } => Self::Usage(error.to_string()),
            _ if error.is_rejection() => Self::Rejected(error.to_string()),
            _ => Self::fault(error),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::NotFound { .. } | LoadError::Deleted { .. } => {
                Self::Rejected(format!("{error}; `order list` shows what there is"))
            }
            LoadError::InvalidId(_) => Self::Usage(error.to_string()),
            _ => Self::fault(error),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::StandardInput => Self::Usage(error.to_string()),
            _ => Self::Fault(error.to_string()),
        }
    }
}

impl From<RejectsError> for Failure {
    fn from(error: RejectsError) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::Fault(format!("{error}; what came before is stored: run the same command again"))
    }
}
