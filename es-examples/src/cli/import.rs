//! The import with its progress, its rejected rows and its end by Ctrl-C.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::json;

use super::{Failure, Output, Shop, arguments, output::note, progress::Progress};
use crate::{
    import::{Import, ImportId},
    retail::{Imported, Importer, Rejects, RetailFile, Survey},
};

/// Imports a file and prints what came of it.
pub(super) async fn run(url: &str, json: bool, import: &arguments::Import) -> Result<(), Failure> {
    let file = RetailFile::at(&import.file)?;
    refuse_same_file(&import.file, &import.rejects)?;
    // Before the store is opened: a file that cannot be imported leaves no trace.
    let survey = Survey::of(&file)?;
    let shop = Shop::open(url).await?;
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
    let known = shop.app.repository::<Import>().load(&ImportId(survey.hash.clone())).await;
    if known.is_ok_and(|import| import.is_finished()) {
        note("this file was imported before; what is stored is not stored again");
    }
    let mut rejects = Rejects::create(rejects, &file.rows()?)?;
    let mut progress = Progress::of(survey.rows);
    let mut answered = |rows| progress.add(rows);
    let importer = Importer::new(shop.app.commands(), survey, &mut rejects, &mut answered);
    let stop = Arc::new(AtomicBool::new(false));
    let listening = tokio::spawn(stop_on_interrupt(Arc::clone(&stop)));
    let imported = importer.run(file, &stop).await;
    listening.abort();
    progress.end();
    outcome(survey, imported?, &rejects)
}

async fn stop_on_interrupt(stop: Arc<AtomicBool>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        note("stopping; what was read is being stored");
        stop.store(true, Ordering::Relaxed);
    }
}

fn outcome(survey: &Survey, imported: Imported, rejects: &Rejects) -> Result<Output, Failure> {
    let Imported { rows, rejected, finished } = imported;
    if !finished {
        return Err(Failure::Fault(format!(
            "stopped after {rows} of {} rows, which are stored; \
             run the same command again to go on",
            survey.rows
        )));
    }
    let path = std::path::absolute(rejects.path()).map_err(Failure::fault)?;
    let path = path.display().to_string();
    let text = format!("imported {rows} rows; {rejected} of them were rejected, see {path}");
    Ok(Output { text, json: json!({ "rows": rows, "rejected_rows": rejected, "rejects": path }) })
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
