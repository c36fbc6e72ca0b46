//! `cargo xtask test`: every test of the workspace.

use crate::cargo::{WHOLE_WORKSPACE, cargo};
use crate::outside;
use crate::steps::Steps;

pub(crate) fn run(steps: &mut Steps, filter: Option<&str>) {
    tests(steps, &[], filter);
}

/// The two halves of all tests: cargo has no one command for both.
pub(crate) fn tests(steps: &mut Steps, options: &[&str], filter: Option<&str>) {
    let mut targets = cargo("test");
    targets
        .args(options)
        .args(WHOLE_WORKSPACE)
        .args(["--all-targets", "--no-fail-fast"])
        .args(filter);
    outside::provide(&mut targets);
    steps.program("tests", targets);

    let mut examples = cargo("test");
    examples.args(options).args(WHOLE_WORKSPACE).args(["--doc", "--no-fail-fast"]).args(filter);
    steps.program("examples in docs", examples);
}
