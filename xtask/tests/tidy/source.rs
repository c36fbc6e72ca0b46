//! The files that rules look at.

use crate::mask::{Kind, Mask};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One text file; its path is relative to the repository, with `/`.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    /// The Rust code: comments and literals are spaces, lines stay where they are.
    pub(crate) code: String,
    mask: Mask,
    /// The first line of unit tests; they stand at the end of a file.
    tests_start: Option<usize>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mask = if path.ends_with(".rs") { Mask::of(text) } else { Mask::none() };
        let code = mask.only(text, &[Kind::Code]);
        let tests_start = code.lines().position(|line| line.contains("#[cfg(test)]"));
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            mask,
            tests_start: tests_start.map(|index| index + 1),
        }
    }

    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    /// The Rust text with everything blanked out that is not of the kinds.
    pub(crate) fn only(&self, kinds: &[Kind]) -> String {
        self.mask.only(&self.text, kinds)
    }

    /// Whether a line (from 1) is a unit test.
    pub(crate) fn is_unit_test(&self, line: usize) -> bool {
        self.path.ends_with("/tests.rs") || self.tests_start.is_some_and(|start| line >= start)
    }

    /// Whether a line (from 1) is test code of any kind, the testing kit included.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        let mut folders = self.path.split('/');
        folders.any(|folder| matches!(folder, "tests" | "testing")) || self.is_unit_test(line)
    }
}

/// Reads every file git tracks or would track; what is no text is left out.
pub(crate) fn tree() -> Vec<Source> {
    let root = root();
    let git = Command::new("git")
        .args(["--no-optional-locks", "ls-files", "-z"])
        .args(["--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .expect("git is needed to list the files");
    assert!(git.status.success(), "git ls-files failed in {}", root.display());
    String::from_utf8(git.stdout)
        .unwrap()
        .split('\0')
        .filter(|path| !path.is_empty())
        // A tracked file may be gone from the working tree, and an image is no text.
        .filter_map(|path| Some(Source::new(path, &std::fs::read_to_string(root.join(path)).ok()?)))
        .collect()
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}
