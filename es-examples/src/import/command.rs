use es_core::prelude::*;

use super::ImportId;

/// Notes that a file is about to be read; one that is known stores nothing.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct StartImport {
    /// The file's content.
    #[target]
    pub import_id: ImportId,
    /// The file's name, with its folders.
    pub file: String,
}

/// Notes that a file was read to its end; said once more it stores nothing.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct FinishImport {
    /// The file's content.
    #[target]
    pub import_id: ImportId,
    /// How many rows the file has.
    pub rows: u64,
    /// How many of them were not imported.
    pub rejected: u64,
}
