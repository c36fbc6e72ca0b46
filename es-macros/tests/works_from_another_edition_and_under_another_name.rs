//! The macros' output compiles in a crate of the 2021 edition that renames `es-core`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::Command;

const MANIFEST: &str = r#"
[package]
name = "another-crate"
version = "0.0.0"
edition = "2021"

[dependencies]
events = { package = "es-core", path = "CORE" }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["rt", "macros"] }

[workspace]
"#;

#[test]
fn works_from_another_edition_and_under_another_name() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("another-crate");
    std::fs::create_dir_all(package.join("src")).unwrap();
    let core = workspace.join("es-core");
    let manifest = MANIFEST.replace("CORE", core.to_str().unwrap());
    std::fs::write(package.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(package.join("src/main.rs"), include_str!("another_crate/program.rs")).unwrap();
    // The same versions as everything else here, so that nothing has to be fetched.
    std::fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--target-dir", "target"])
        .current_dir(&package)
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stdout, "opened 7\n");
}
