//! `cargo xtask bench`: speed, beside limits and peers measured in the same run.

use crate::cargo::{cargo, root};
use crate::steps::Steps;

/// A workspace of its own: what the peers depend on cannot share a build with rusqlite.
const PEERS: &str = "es-bench/peers/Cargo.toml";

pub(crate) fn run(steps: &mut Steps, name: Option<&str>) {
    if root().join(PEERS).is_file() {
        let mut peers = cargo("build");
        peers.args(["--release", "--manifest-path", PEERS]);
        steps.program("peers", peers);
    }
    let mut build = cargo("build");
    build.args(["--release", "--package", "es-bench"]);
    steps.program("benchmarks", build);
    if !steps.all_passed() {
        return;
    }
    let mut bench = cargo("run");
    bench
        .args(["--release", "--quiet", "--package", "es-bench", "--"])
        .args(name);
    steps.program(name.unwrap_or("every benchmark"), bench);
}
