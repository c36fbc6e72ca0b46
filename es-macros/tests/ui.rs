//! Every mistake shows its message at the user's own token, and nothing else.
//!
//! The texts are compared on the pinned toolchain only (`rust-version` of the package): what rustc
//! adds around our messages changes between releases. `TRYBUILD=overwrite` writes them anew.

use std::process::Command;

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("tests/ui/*/pass/*.rs");
}

#[test]
fn each_mistake_is_reported_once_at_its_token() {
    let pinned = env!("CARGO_PKG_RUST_VERSION");
    let found = rustc_version();
    if !found.starts_with(&format!("rustc {pinned}.")) {
        eprintln!("SKIPPED: messages are compared with rustc {pinned}, this is {found}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*/fail/*.rs");
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
