//! Runs the program as a user would, in a folder of its own.
// Each test file uses its part.
#![allow(dead_code, unreachable_pub)]

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A folder in which the program runs; its stores are below it.
pub struct Place {
    folder: TempDir,
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_order"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub fn done<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended
    }
}

impl Ended {
    /// Checks that it failed with this code and one clear sentence, without a panic.
    #[track_caller]
    pub fn failed(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        let sentences: Vec<_> =
            self.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(sentences.len(), 1, "one sentence, no more: {self:?}");
        assert!(sentences.iter().any(|line| line.contains(part)), "`{part}` in {self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The small export that the README imports.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/orders.csv")
}

/// The real export, whose path is in `ES_RETAIL_CSV`; without it the test is skipped in the open,
/// and fails where everything must run.
pub fn real_export() -> Option<PathBuf> {
    let path = std::env::var_os("ES_RETAIL_CSV").map(PathBuf::from).filter(|path| path.exists());
    if path.is_none() {
        let missing = "`ES_RETAIL_CSV` does not name the retailer's export";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        eprintln!("skipped: {missing}");
    }
    path.and_then(|path| std::path::absolute(path).ok())
}
