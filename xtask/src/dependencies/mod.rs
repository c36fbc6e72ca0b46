//! The licences and the number of the crates we pull in, from `cargo metadata`.
//!
//! What is allowed stands in `deny.toml`, so that `cargo deny`, where it is installed, and this
//! check, which needs nothing installed, can never disagree. Rejected: calling `cargo deny` from
//! `verify`; it takes longer to build than this whole workspace.

mod duplicates;
mod licence;
mod policy;

use crate::cargo::{cargo, output, root};
use policy::Policy;
use serde_json::Value;
use std::collections::BTreeSet;

/// The embedded default, es-core and es-sqlite together, stays below this many crates.
const EMBEDDED_CRATES_LIMIT: usize = 60;

/// A crate as the lock file has it.
pub(crate) struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    /// Not from this repository.
    foreign: bool,
}

/// Checks licences, duplicates and the size of the embedded default.
///
/// # Errors
///
/// One line for each crate that breaks the policy.
pub(crate) fn check() -> Result<(), String> {
    let text = std::fs::read_to_string(root().join("deny.toml"))
        .map_err(|error| format!("`deny.toml` cannot be read: {error}"))?;
    let policy = Policy::read(&text)?;
    let packages = packages()?;
    let mut findings = licence::findings(&packages, &policy);
    findings.extend(duplicates::findings(&packages, &policy));
    let embedded = embedded_crates()?;
    if embedded >= EMBEDDED_CRATES_LIMIT {
        findings.push(format!(
            "es-core with es-sqlite needs {embedded} crates; fewer than {EMBEDDED_CRATES_LIMIT}"
        ));
    }
    if !findings.is_empty() {
        return Err(findings.join("\n   "));
    }
    eprintln!(
        "   {} crates, {embedded} of them under es-core with es-sqlite",
        packages.len()
    );
    Ok(())
}

fn packages() -> Result<Vec<Package>, String> {
    let mut metadata = cargo("metadata");
    metadata.args(["--format-version", "1", "--all-features", "--locked"]);
    let metadata: Value = serde_json::from_str(&output(metadata)?)
        .map_err(|error| format!("`cargo metadata` cannot be understood: {error}"))?;
    let text = |package: &Value, key: &str| package.get(key)?.as_str().map(str::to_owned);
    let packages = metadata.get("packages").and_then(Value::as_array);
    packages
        .into_iter()
        .flatten()
        .map(|package| {
            Some(Package {
                name: text(package, "name")?,
                version: text(package, "version")?,
                licence: text(package, "license"),
                foreign: text(package, "source").is_some(),
            })
        })
        .collect::<Option<Vec<_>>>()
        .filter(|packages| !packages.is_empty())
        .ok_or_else(|| "`cargo metadata` names a package without name or version".to_owned())
}

/// Counts what a program on the embedded default compiles, this crate's tools left out.
fn embedded_crates() -> Result<usize, String> {
    let mut tree = cargo("tree");
    tree.args(["--locked", "--edges", "normal,build", "--prefix", "none"])
        .args(["--package", "es-core", "--package", "es-sqlite"]);
    let lines = output(tree)?;
    let crates: BTreeSet<_> = lines
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    Ok(crates.len())
}
