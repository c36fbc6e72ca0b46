//! `cargo xtask fix`: the one command that writes to the tree.

use crate::cargo::{WHOLE_WORKSPACE, cargo};
use crate::steps::Steps;

pub(crate) fn run(steps: &mut Steps) {
    let mut lints = cargo("clippy");
    lints.args(["--fix", "--allow-dirty", "--allow-staged", "--all-targets"]).args(WHOLE_WORKSPACE);
    steps.program("what clippy can mend", lints);

    // Last, because what clippy writes is not formatted.
    let mut formatting = cargo("fmt");
    formatting.arg("--all");
    steps.program("formatting", formatting);
}
