//! What tests need from outside the repository, and the road on which each thing is found.
//!
//! The road is the same for everything, and ends at the first place that has it:
//!
//! 1. an environment variable that says where it is: whoever sets it decides;
//! 2. one that is there already: a file beside the repository, a server that is running;
//! 3. one that is installed here, and only has to be started;
//! 4. the system's package manager.
//!
//! A thing that no place has is no failure here: its tests say that they skip, and fail where
//! `CI=true`. Nothing needs the last two places yet; a server will.

use crate::cargo;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One thing from outside.
struct Need {
    /// The variable in which tests look for it, and the first place on the road.
    variable: &'static str,
    what: &'static str,
    /// The other places, in the order of the road.
    places: &'static [fn(&Path) -> Option<PathBuf>],
}

const NEEDS: &[Need] = &[Need {
    variable: "ES_RETAIL_CSV",
    what: "the retail data that the import is compared with",
    places: &[retail_data_beside_the_repository],
}];

fn retail_data_beside_the_repository(root: &Path) -> Option<PathBuf> {
    let file = root.parent()?.join("shared/data/online-retail-2010-12-to-2011-05.csv.gz");
    file.is_file().then_some(file)
}

/// Gives a command of tests what it needs, and says where each thing was found.
pub(crate) fn provide(tests: &mut Command) {
    let root = cargo::root();
    for need in NEEDS {
        if let Some(value) = std::env::var_os(need.variable) {
            eprintln!("{}: {} (as set)", need.variable, value.display());
        } else if let Some(path) = need.places.iter().find_map(|place| place(&root)) {
            eprintln!("{}: {} (found)", need.variable, path.display());
            tests.env(need.variable, path);
        } else {
            eprintln!("{}: nowhere; tests that need {} skip", need.variable, need.what);
        }
    }
}
