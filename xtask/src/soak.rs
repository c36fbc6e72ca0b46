//! `cargo xtask soak`: tests that can run longer than anybody waits for.
//!
//! A test that has a long version looks for `ES_SOAK=1` and then runs more rounds; the short
//! version is part of every run. A test below finds the ones that nobody listed here.

use crate::cargo::cargo;
use crate::outside;
use crate::steps::Steps;

/// One test target with a long version.
pub(crate) struct Soak {
    pub(crate) name: &'static str,
    pub(crate) shows: &'static str,
    package: &'static str,
    /// The target's name in the package's `tests` folder.
    target: &'static str,
    /// What makes it long, beside `ES_SOAK`.
    variables: &'static [(&'static str, &'static str)],
}

pub(crate) const SOAKS: &[Soak] = &[Soak {
    name: "laws",
    shows: "the laws of ids, tokens, keys and times, for 3 000 000 values each",
    package: "es-core",
    target: "laws",
    variables: &[("PROPTEST_CASES", "3000000")],
}];

pub(crate) fn run(steps: &mut Steps, name: Option<&str>) {
    let is_chosen = |soak: &&Soak| name.is_none_or(|name| name == soak.name);
    let chosen: Vec<_> = SOAKS.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        let names: Vec<_> = SOAKS.iter().map(|soak| soak.name).collect();
        let message = format!("no such soak; there are: {}", names.join(", "));
        steps.check(name.unwrap_or("soak"), || Err(message));
    }
    for soak in chosen {
        let mut test = cargo("test");
        test.args(["--release", "--all-features", "--package", soak.package])
            .args(["--test", soak.target, "--", "--nocapture"])
            .env("ES_SOAK", "1")
            .envs(soak.variables.iter().copied());
        outside::provide(&mut test);
        steps.program(soak.name, test);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::root;
    use std::path::{Path, PathBuf};

    fn entries(path: &Path) -> Vec<PathBuf> {
        let entries = path.read_dir().into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    fn looks(path: &Path) -> bool {
        if path.is_dir() {
            return entries(path).iter().any(|path| looks(path));
        }
        let text = std::fs::read_to_string(path);
        text.is_ok_and(|text| text.contains("\"ES_SOAK\""))
    }

    /// `es-core/tests/laws`, where the target may be a file or a folder.
    fn target(soak: &Soak) -> PathBuf {
        root().join(soak.package).join("tests").join(soak.target)
    }

    #[test]
    fn every_test_with_a_long_version_is_listed() {
        let packages = entries(&root()).into_iter();
        let targets = packages.flat_map(|package| entries(&package.join("tests")));
        let looking = targets.filter(|target| looks(target));
        let unlisted: Vec<_> = looking
            .map(|path| path.with_extension(""))
            .filter(|path| !SOAKS.iter().any(|soak| target(soak) == *path))
            .collect();
        assert!(unlisted.is_empty(), "{unlisted:?}");
    }

    #[test]
    fn every_listed_test_exists() {
        for soak in SOAKS {
            let target = target(soak);
            assert!(target.is_dir() || target.with_extension("rs").is_file(), "{}", soak.name);
        }
    }
}
