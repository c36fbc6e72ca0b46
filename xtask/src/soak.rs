//! `cargo xtask soak`: tests that can run longer than anybody waits for.
//!
//! A test that has a long version looks for `ES_SOAK=1` and then runs more rounds; the short
//! version is part of every run. A test below compares this list with the files that look.

use crate::cargo::cargo;
use crate::outside;
use crate::steps::Steps;

/// One file of tests with a long version.
pub(crate) struct Soak {
    pub(crate) name: &'static str,
    pub(crate) shows: &'static str,
    package: &'static str,
    /// The file's name in the package's `tests` folder.
    file: &'static str,
}

pub(crate) const SOAKS: &[Soak] = &[];

pub(crate) fn run(steps: &mut Steps, name: Option<&str>) {
    let chosen: Vec<_> =
        SOAKS.iter().filter(|soak| name.is_none_or(|name| name == soak.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = SOAKS.iter().map(|soak| soak.name).collect();
        let message = format!("no such soak; there are: {}", names.join(", "));
        steps.check(name.unwrap_or("soak"), || Err(message));
    }
    for soak in chosen {
        let mut test = cargo("test");
        test.args(["--release", "--all-features", "--package", soak.package])
            .args(["--test", soak.file, "--", "--nocapture"])
            .env("ES_SOAK", "1");
        outside::provide(&mut test);
        steps.program(soak.name, test);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::root;
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    /// The files of tests, in any crate, that look for the variable.
    fn files_that_look() -> BTreeSet<PathBuf> {
        let folders = |path: PathBuf| path.read_dir().into_iter().flatten().flatten();
        folders(root())
            .flat_map(|package| folders(package.path().join("tests")))
            .map(|file| file.path())
            .filter(|file| {
                let text = std::fs::read_to_string(file);
                text.is_ok_and(|text| text.contains("\"ES_SOAK\""))
            })
            .collect()
    }

    #[test]
    fn every_test_with_a_long_version_is_listed_and_every_listed_one_has_one() {
        let listed: BTreeSet<_> = SOAKS
            .iter()
            .map(|soak| root().join(format!("{}/tests/{}.rs", soak.package, soak.file)))
            .collect();
        assert_eq!(listed, files_that_look());
    }
}
