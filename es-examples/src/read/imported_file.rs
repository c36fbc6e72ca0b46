use es_core::prelude::*;
use es_core::projection::ReadSideError;

use crate::import::{FileImported, ImportId, ImportStarted};

/// One file that was read, or is being read.
#[derive(View, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// The file's content.
    #[key]
    pub import_id: ImportId,
    /// The file's name.
    pub file: String,
    /// Whether it was read to its end.
    pub finished: bool,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were not imported.
    pub rejected: u64,
}

/// Asks for all files.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Vec<ImportedFile>)]
pub struct ListImports {}

#[projection(name = "imported-files", processor = "shop")]
impl ImportedFile {
    #[event_handler]
    fn on_started(
        event: &ImportStarted,
        files: &mut Views<ImportedFile>,
    ) -> Result<(), ReadSideError> {
        let ImportStarted { import_id, file } = event.clone();
        files.upsert(&ImportedFile { import_id, file, finished: false, rows: 0, rejected: 0 })
    }

    #[event_handler]
    fn on_imported(
        event: &FileImported,
        files: &mut Views<ImportedFile>,
    ) -> Result<(), ReadSideError> {
        let Some(mut file) = files.load(&event.import_id)? else { return Ok(()) };
        (file.finished, file.rows, file.rejected) = (true, event.rows, event.rejected);
        files.upsert(&file)
    }

    #[query_handler]
    fn list(
        _: ListImports,
        files: &Views<ImportedFile>,
    ) -> Result<Vec<ImportedFile>, ReadSideError> {
        files.all()
    }
}
