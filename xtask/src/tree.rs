//! A picture of the repository's files, to prove that a command wrote none of them.

use crate::cargo::{output, root};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Length and time of the last write: enough to notice any write, without reading the files.
type Mark = (u64, Option<SystemTime>);

/// Every file git tracks, could track or ignores, save what is built.
pub(crate) struct Tree(BTreeMap<PathBuf, Mark>);

impl Tree {
    /// Takes the picture.
    ///
    /// # Errors
    ///
    /// Git is missing, or this is no repository.
    pub(crate) fn now() -> Result<Self, String> {
        let root = root();
        let mut files = BTreeMap::new();
        for path in listed(&["--cached", "--others", "--exclude-standard"])? {
            mark(&root.join(path), &mut files);
        }
        // Ignored files too: a test that leaves its database in the tree writes to it.
        for path in listed(&["--others", "--ignored", "--exclude-standard", "--directory"])? {
            if Path::new(&path).file_name().is_none_or(|name| name != "target") {
                mark(&root.join(path), &mut files);
            }
        }
        Ok(Self(files))
    }

    /// Checks that nothing was written since.
    ///
    /// # Errors
    ///
    /// Names the files that are new, gone or written.
    pub(crate) fn same_as(&self, later: &Self) -> Result<(), String> {
        let paths: BTreeSet<_> = self.0.keys().chain(later.0.keys()).collect();
        let root = root();
        let changed: Vec<_> = paths
            .into_iter()
            .filter(|path| self.0.get(*path) != later.0.get(*path))
            .map(|path| path.strip_prefix(&root).unwrap_or(path).display().to_string())
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        Err(format!(
            "written while verify ran, by a step or by somebody else: {}",
            changed.join(", ")
        ))
    }
}

fn listed(selection: &[&str]) -> Result<Vec<String>, String> {
    let mut git = Command::new("git");
    git.args(["--no-optional-locks", "ls-files", "-z"]).args(selection).current_dir(root());
    let names = output(git)?;
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Notes a file, or every file below a folder; what cannot be read is as good as not there.
fn mark(path: &Path, files: &mut BTreeMap<PathBuf, Mark>) {
    let Ok(metadata) = path.symlink_metadata() else {
        return;
    };
    if metadata.is_dir() {
        for entry in path.read_dir().into_iter().flatten().flatten() {
            mark(&entry.path(), files);
        }
    } else {
        files.insert(path.to_path_buf(), (metadata.len(), metadata.modified().ok()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, u64)]) -> Tree {
        let mark = |&(path, length): &(&str, u64)| (root().join(path), (length, None));
        Tree(files.iter().map(mark).collect())
    }

    #[test]
    fn new_gone_and_written_files_are_named() {
        let before = tree(&[("kept", 1), ("gone", 1), ("written", 1)]);
        let after = tree(&[("kept", 1), ("written", 2), ("new", 1)]);
        let message = before.same_as(&after).unwrap_err();
        assert!(message.ends_with(": gone, new, written"), "{message}");
    }

    #[test]
    fn an_untouched_tree_is_the_same() {
        assert_eq!(tree(&[("a", 1)]).same_as(&tree(&[("a", 1)])), Ok(()));
    }

    #[test]
    fn this_file_is_in_the_picture() {
        let now = Tree::now().unwrap();
        assert!(now.0.contains_key(&root().join("xtask/src/tree.rs")));
    }
}
