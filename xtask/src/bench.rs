//! `cargo xtask bench`: speed, beside limits and peers measured in the same run.
//!
//! Peers are a workspace of their own, `es-bench/peers`: what they depend on cannot share a build
//! with rusqlite. `es-bench` builds them when a benchmark asks for one, because only it knows
//! which do.

use crate::cargo::cargo;
use crate::steps::Steps;

pub(crate) fn run(steps: &mut Steps, name: Option<&str>) {
    let mut build = cargo("build");
    build.args(["--release", "--package", "es-bench"]);
    steps.program("build", build);
    if !steps.all_passed() {
        return;
    }
    let mut bench = cargo("run");
    bench.args(["--release", "--quiet", "--package", "es-bench", "--"]).args(name);
    steps.program(name.unwrap_or("every benchmark"), bench);
}
