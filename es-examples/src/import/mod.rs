//! Imports: which files were read, and what came of it.
//!
//! An import is named by the SHA-256 of its content, so the same file is the same import under
//! whatever name. It remembers that a file was read to its end; what makes a second reading
//! harmless are the orders themselves, which store nothing for a line they have.

mod aggregate;
mod command;
mod event;
mod id;

pub use aggregate::{Import, ImportEvent};
pub use command::{FinishImport, StartImport};
pub use event::{FileImported, ImportStarted};
pub use id::ImportId;
