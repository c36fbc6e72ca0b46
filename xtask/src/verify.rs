//! `cargo xtask verify`: all that has to hold before a change lands.
//!
//! Cheap checks come first. `--locked` everywhere: a stale lock file is a failure, not a reason
//! to write a new one.

use crate::cargo::{WHOLE_WORKSPACE, cargo};
use crate::steps::Steps;
use crate::tree::Tree;
use crate::{dependencies, test};
use std::process::Command;

/// What others build on. Feature selection is theirs, so it has to compile without ours.
const PUBLISHED: [&str; 4] = ["--package", "es-core", "--package", "es-sqlite"];

pub(crate) fn run(steps: &mut Steps) {
    let before = Tree::now();

    let mut formatting = cargo("fmt");
    formatting.args(["--all", "--check"]);
    steps.program("formatting", formatting);

    let mut tidy = locked("test");
    tidy.args(["--quiet", "--package", "xtask", "--test", "tidy"]);
    steps.program("tidy", tidy);

    steps.check("dependencies", dependencies::check);

    let mut lints = locked("clippy");
    lints.args(WHOLE_WORKSPACE).args(["--all-targets", "--", "-D", "warnings"]);
    steps.program("lints", lints);

    // Everything else is built with all features, which would hide a use of `testing` outside it.
    let mut bare = locked("clippy");
    bare.args(PUBLISHED).args(["--lib", "--", "-D", "warnings"]);
    steps.program("default features", bare);

    let mut docs = locked("doc");
    docs.args(WHOLE_WORKSPACE).arg("--no-deps").env("RUSTDOCFLAGS", "-D warnings");
    steps.program("docs", docs);

    test::tests(steps, &["--locked"], None);

    steps.check("tree untouched", || before?.same_as(&Tree::now()?));
}

fn locked(subcommand: &str) -> Command {
    let mut command = cargo(subcommand);
    command.arg("--locked");
    command
}
