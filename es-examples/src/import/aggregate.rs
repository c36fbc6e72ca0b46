use es_core::prelude::*;

use super::{FileImported, FinishImport, ImportId, ImportStarted, StartImport};

/// One file's import, folded from its events.
#[aggregate]
#[derive(Debug, Serialize)]
pub struct Import {
    #[aggregate_identifier]
    import_id: ImportId,
    file: String,
    finished: bool,
}

#[aggregate]
impl Import {
    /// Decides and may create: the first run starts the import, a later one finds it.
    #[command_handler]
    fn start(import: Option<&Self>, command: StartImport) -> Option<ImportStarted> {
        let StartImport { import_id, file } = command;
        import.is_none().then_some(ImportStarted { import_id, file })
    }

    #[command_handler]
    fn finish(&self, command: FinishImport) -> Option<FileImported> {
        let FinishImport { import_id, rows, rejected } = command;
        (!self.finished).then_some(FileImported { import_id, rows, rejected })
    }

    #[event_sourcing_handler]
    fn on_started(event: &ImportStarted) -> Self {
        Self { import_id: event.import_id.clone(), file: event.file.clone(), finished: false }
    }

    #[event_sourcing_handler]
    fn on_imported(&mut self, _: &FileImported) {
        self.finished = true;
    }
}

impl Import {
    /// Returns whether the file was read to its end.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }
}
