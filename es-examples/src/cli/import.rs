//! The import with its progress, its rejected rows and its end by a signal.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::signal;

use super::{
    Failure, Output, Place, Shop, arguments,
    output::{counted, note},
    progress::Progress,
};
use crate::{
    import::{Import, ImportId},
    read::{ImportedFile, ListImports},
    retail::{Imported, Importer, Rejects, RetailFile, Survey},
};

/// How long a hint is waited for.
const A_WHILE: Duration = Duration::from_secs(5);

/// Imports a file and prints what came of it.
pub(super) async fn run(
    place: &Place,
    json: bool,
    import: &arguments::Import,
) -> Result<(), Failure> {
    let file = RetailFile::at(&import.file)?;
    refuse_same_file(&import.file, &import.rejects)?;
    refuse_other_content(&import.rejects)?;
    // Before the store is opened: a file that cannot be imported leaves no trace.
    let survey = Survey::of(&file)?;
    let shop = Shop::open(place).await?;
    let imported = carry_out(&shop, &file, &survey, &import.rejects).await;
    let closed = shop.close().await;
    imported?.print(json)?;
    closed
}

async fn carry_out(
    shop: &Shop,
    file: &RetailFile,
    survey: &Survey,
    rejects: &Path,
) -> Result<Output, Failure> {
    tell_of_earlier_imports(shop, file, survey).await;
    let before = shop.head().await?;
    // Once more: it may be the store that was made just now.
    refuse_other_content(rejects)?;
    let mut rejects = Rejects::create(rejects, &file.rows()?)?;
    let mut progress = Progress::of(survey.rows);
    let mut answered = |rows| progress.add(rows);
    let importer = Importer::new(&shop.app, survey, &mut rejects, &mut answered);
    let stop = Arc::new(AtomicBool::new(false));
    let listening = tokio::spawn(stop_on_signal(Arc::clone(&stop)));
    let imported = importer.run(file, &stop).await;
    listening.abort();
    progress.end();
    let rejects = rejects.finish();
    let (imported, rejects) = (imported?, rejects?);
    let is_nothing_new = shop.head().await? == before;
    outcome(survey, imported, is_nothing_new, rejects)
}

/// Says whether the file, or another content of it, was imported before. What cannot be found out
/// about that is no reason not to import.
async fn tell_of_earlier_imports(shop: &Shop, file: &RetailFile, survey: &Survey) {
    let id = ImportId(survey.hash.clone());
    match shop.app.repository::<Import>().load(&id).await {
        Ok(import) if import.is_finished() => {
            note("this file was imported before; what is stored is not stored again");
        }
        Ok(_) => note("this file was imported in part; the import goes on"),
        Err(_) => {
            let name = file.name();
            let files = shop.ask_within::<ImportedFile, _>(ListImports {}, A_WHILE).await;
            let files = files.unwrap_or_default();
            if files.iter().any(|it| it.file == name && it.import_id != id) {
                note(&format!(
                    "`{name}` has changed since it was imported; what is stored stays as it is, \
                     and what differs from it is listed"
                ));
            }
        }
    }
}

async fn stop_on_signal(stop: Arc<AtomicBool>) {
    if asked_to_end().await.is_ok() {
        note("stopping; what was read is being stored");
        stop.store(true, Ordering::Relaxed);
    }
}

/// Waits for Ctrl-C, or for SIGTERM: with that one a service is stopped.
#[cfg(unix)]
async fn asked_to_end() -> io::Result<()> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> io::Result<()> {
    signal::ctrl_c().await
}

fn outcome(
    survey: &Survey,
    imported: Imported,
    is_nothing_new: bool,
    rejects: Option<PathBuf>,
) -> Result<Output, Failure> {
    let Imported { rows, rejected, differing, finished } = imported;
    let rejects = rejects.map(std::path::absolute).transpose().map_err(Failure::fault)?;
    let see = rejects.as_ref().map_or_else(String::new, |path| format!(", see {}", path.display()));
    if !finished {
        return Err(Failure::Fault(format!(
            "stopped after {rows} of {} rows, {rejected} of them were rejected{see}; run the same \
             command again to go on",
            survey.rows
        )));
    }
    let differ = match differing {
        0 => String::new(),
        1 => "; 1 invoice differs from what is stored, which stays".to_owned(),
        _ => format!("; {differing} invoices differ from what is stored, which stays"),
    };
    let stored = rows - rejected;
    // Said of all of them or of none: which of the others were stored before, no answer tells.
    let already = if is_nothing_new && stored > 0 { " already" } else { "" };
    let text = format!(
        "read {}: {stored} stored{already}, {rejected} rejected{differ}{see}",
        counted(rows, "row")
    );
    let json = json!({
        "rows": rows,
        "stored_rows": stored,
        "is_nothing_new": is_nothing_new,
        "rejected_rows": rejected,
        "differing_invoices": differing,
        "rejects": rejects,
    });
    Ok(Output { text, json })
}

/// Writing rejected rows over the file that is being read would destroy it.
fn refuse_same_file(file: &Path, rejects: &Path) -> Result<(), Failure> {
    let same = match (file.canonicalize(), rejects.canonicalize()) {
        (Ok(file), Ok(rejects)) => file == rejects,
        _ => false,
    };
    if !same {
        return Ok(());
    }
    let rejects = rejects.display();
    Err(Failure::Usage(format!("`{rejects}` is the file to import; name another with --rejects")))
}

/// Nothing would be written over, but whoever names such a file has mistaken it.
fn refuse_other_content(rejects: &Path) -> Result<(), Failure> {
    if !Rejects::is_something_else(rejects) {
        return Ok(());
    }
    let rejects = rejects.display();
    Err(Failure::Usage(format!(
        "`{rejects}` holds something else than rejected rows; name another file with --rejects"
    )))
}
