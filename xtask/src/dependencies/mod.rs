//! The licences and the number of the crates that are built, from `cargo tree`.
//!
//! What is allowed stands in `deny.toml`, so that `cargo deny`, where it is installed, and this
//! check, which needs nothing installed, can never disagree. Rejected: calling `cargo deny` from
//! `verify`, which takes longer to build than this whole workspace, and `cargo metadata`, which
//! also lists what no feature turns on and so reports duplicates that nobody builds.

mod duplicates;
mod licence;
mod policy;

use crate::cargo::{WHOLE_WORKSPACE, cargo, output, root};
use policy::Policy;
use std::collections::BTreeSet;

/// The embedded default, es-core and es-sqlite together, stays below this many crates.
const EMBEDDED_CRATES_LIMIT: usize = 60;

/// A crate that is built, ours included.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    name: String,
    version: String,
    /// Empty where the crate names none.
    licence: String,
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
    let all = ["--target", "all", "--edges", "normal,build,dev"];
    let packages = packages(&[&WHOLE_WORKSPACE[..], &all].concat())?;
    let embedded = ["--package", "es-core", "--package", "es-sqlite"];
    let embedded = packages_of_host(&embedded)?;
    let mut findings = licence::findings(&packages, &policy);
    findings.extend(duplicates::findings(&packages, &policy));
    if embedded.len() >= EMBEDDED_CRATES_LIMIT {
        findings.push(format!(
            "es-core with es-sqlite needs {} crates; stay below {EMBEDDED_CRATES_LIMIT}",
            embedded.len()
        ));
    }
    if !findings.is_empty() {
        return Err(findings.join("\n   "));
    }
    eprintln!(
        "   {} crates, {} of them under es-core with es-sqlite",
        packages.len(),
        embedded.len()
    );
    Ok(())
}

/// What a program on this system compiles.
fn packages_of_host(selection: &[&str]) -> Result<BTreeSet<Package>, String> {
    packages(&[selection, &["--edges", "normal,build"]].concat())
}

fn packages(selection: &[&str]) -> Result<BTreeSet<Package>, String> {
    let mut tree = cargo("tree");
    tree.args(["--locked", "--prefix", "none", "--format", "{p}|{l}"])
        // Colours, which CI asks for, would be part of the names.
        .args(["--color", "never"])
        .args(selection);
    let lines = output(tree)?;
    let lines = lines.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| package(line).ok_or_else(|| format!("`cargo tree` printed `{line}`")))
        .collect()
}

/// Reads `NAME vVERSION (more)|LICENCE`, with a star where a line repeats an earlier one.
fn package(line: &str) -> Option<Package> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    Some(Package {
        name: words.next()?.to_owned(),
        version: words.next()?.strip_prefix('v')?.to_owned(),
        licence: licence.trim_end_matches(" (*)").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_line_is_the_same_package() {
        let once = package("syn v3.0.10 (proc-macro)|MIT OR Apache-2.0");
        assert!(once.is_some());
        assert_eq!(once, package("syn v3.0.10|MIT OR Apache-2.0 (*)"));
        assert_eq!(package("syn v3.0.10|").map(|silent| silent.licence), Some(String::new()));
        assert_eq!(package("warning: nothing"), None);
    }
}
