//! Documents link only to files that exist, and name only parts of crates that exist.
//!
//! A path in back-quotes that begins with a crate's folder counts as a link: that keeps the code
//! map in ARCHITECTURE.md true.

use crate::finding::Finding;
use crate::source::Source;

const CRATES: &[&str] = &["es-", "xtask/", "docs/", ".ci/"];

pub(crate) fn findings(document: &Source, tree: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_fenced = false;
    for (index, line) in document.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            let links = targets(line).into_iter().map(|target| beside(&document.path, target));
            let parts = quoted_paths(line).into_iter().map(str::to_owned);
            for path in links.chain(parts).filter(|path| !exists(path, tree)) {
                let message = format!("`{path}` does not exist");
                findings.push(Finding::new(&document.path, index + 1, message));
            }
        }
    }
    findings
}

/// Where the links of a line lead inside the repository.
fn targets(line: &str) -> Vec<&str> {
    let behind = line.split("](").skip(1);
    behind
        .filter_map(|text| text.split([')', ' ']).next())
        .filter(|target| !target.contains("://") && !target.starts_with(['#']))
        .filter(|target| !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .collect()
}

/// Back-quoted paths into crates; patterns with a star or a place-holder are none.
fn quoted_paths(line: &str) -> Vec<&str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| text.contains('/') && CRATES.iter().any(|start| text.starts_with(start)))
        .filter(|text| !text.contains(|c: char| c.is_whitespace() || "*<{…".contains(c)))
        .map(|text| text.split([':', '#']).next().unwrap_or(text))
        .collect()
}

/// A target as seen from the root; one that leaves the repository keeps its dots.
fn beside(document: &str, target: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A file of the tree, or a folder with files in it.
fn exists(path: &str, tree: &[Source]) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    path.is_empty()
        || tree.iter().any(|source| source.path == path || source.path.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        let tree = [
            Source::new("README.md", ""),
            Source::new("docs/guide.md", text),
            Source::new("es-core/src/store/mod.rs", ""),
        ];
        findings(&tree[1], &tree).len()
    }

    #[test]
    fn a_link_into_nothing_is_found() {
        assert_eq!(found("[a](missing.md)"), 1);
        assert_eq!(found("[a](../../outside.md) and [b](missing.md#part)"), 2);
        assert_eq!(found("the folder `es-core/src/bus/`"), 1);
    }

    #[test]
    fn links_to_files_folders_and_addresses_are_fine() {
        assert_eq!(found("[a](../README.md#top) [b](#here) [c](https://example.org)"), 0);
        assert_eq!(found("`es-core/src/store/`, `es-core/src/*/mod.rs`, `a/b`"), 0);
        assert_eq!(found("```\n[a](missing.md)\n```"), 0);
    }
}
