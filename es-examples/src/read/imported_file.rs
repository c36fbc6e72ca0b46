use es_core::prelude::*;
use es_core::projection::ReadSideError;

use crate::import::{FileImported, ImportId, ImportStarted};

/// One file that was read, or is being read, with the content it had last: whoever corrects a file
/// and imports it again has one file, not two.
#[derive(View, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// The file's content.
    #[key]
    pub import_id: ImportId,
    /// The file's name, with its folders.
    pub file: String,
    /// Whether it was read to its end.
    pub finished: bool,
    /// How many rows it has, once it was read to its end.
    pub rows: u64,
    /// How many of them were not imported, once it was read to its end.
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
        for earlier in files.all()?.into_iter().filter(|it| it.file == file) {
            files.delete(&earlier.import_id)?;
        }
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
