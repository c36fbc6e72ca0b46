//! `compile`: what a domain of 30 aggregates with 10 commands each costs to build.
//!
//! Both crates are generated from the same numbers, have the same commands, events, states and
//! rules, and can run any command by name from JSON: es through its registry, cqrs-es through a
//! `match` over one framework per aggregate. Everything they depend on is built before; measured
//! is a clean debug build of the crate itself, in seconds of processor time, because that does
//! not depend on who else uses the machine.

mod cqrs_es;
mod es;
mod processor_time;
mod template;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::options::cargo;
use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options};
use processor_time::of_children;

/// How many aggregates the domain has.
const AGGREGATES: usize = 30;
/// How many commands, and events, an aggregate has.
const COMMANDS: usize = 10;

/// A generated crate in its own workspace.
struct Generated {
    name: &'static str,
    folder: PathBuf,
    target: PathBuf,
}

/// Measures and prints.
///
/// # Errors
/// When a crate cannot be written or built.
pub fn run(options: &Options) -> Result<(), Failure> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let es = Generated::write(options, "compile-es", &es::files(), &here.join("../Cargo.lock"))?;
    let peers_lock = here.join("peers/Cargo.lock");
    let cqrs = Generated::write(options, "compile-cqrs-es", &cqrs_es::files(), &peers_lock)?;
    es.build()?;
    cqrs.build()?;
    let samples = Rounds::new(options.rounds.min(3))
        .subject("es", || es.clean_build())
        .subject("cqrs_es", || cqrs.clean_build())
        .run()?;
    let report = Report::new("compile");
    report.line("es_cpu", samples.median("es"), Unit::Seconds);
    report.line("cqrs_es_cpu", samples.median("cqrs_es"), Unit::Seconds);
    report.line("cpu_vs_cqrs_es", samples.ratio("es", "cqrs_es"), Unit::Times);
    Ok(())
}

impl Generated {
    fn write(
        options: &Options,
        name: &'static str,
        files: &[(String, String)],
        lock: &Path,
    ) -> Result<Self, Failure> {
        let folder = options.directory.join(name);
        let target = options.directory.join("compile-target");
        fs::create_dir_all(folder.join("src"))?;
        for (path, text) in files {
            fs::write(folder.join(path), text)?;
        }
        // The same versions as elsewhere, and no need to ask the registry.
        fs::copy(lock, folder.join("Cargo.lock"))?;
        Ok(Self { name, folder, target })
    }

    fn build(&self) -> Result<(), Failure> {
        self.cargo(&["build", "--quiet"])
    }

    /// Builds the crate, and nothing below it, and returns the processor time.
    fn clean_build(&self) -> Result<f64, Failure> {
        self.cargo(&["clean", "--quiet", "--package", self.name])?;
        let before = of_children()?;
        self.build()?;
        Ok(of_children()? - before)
    }

    fn cargo(&self, arguments: &[&str]) -> Result<(), Failure> {
        let status = Command::new(cargo())
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .status()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("`cargo {}` failed in `{}`", arguments.join(" "), self.folder.display()).into())
    }
}
