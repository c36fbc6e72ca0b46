use es_core::prelude::*;

use super::ImportId;

/// A file is being read.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ImportStarted {
    /// The file's content.
    pub import_id: ImportId,
    /// The file's name, with its folders.
    pub file: String,
}

/// A file was read to its end.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct FileImported {
    /// The file's content.
    pub import_id: ImportId,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were not imported.
    pub rejected: u64,
}
