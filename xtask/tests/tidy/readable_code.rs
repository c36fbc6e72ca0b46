//! Rust code in documents is compiled: a document that has some is included as docs of a crate.

use crate::finding::Finding;
use crate::source::Source;

pub(crate) fn findings(tree: &[Source]) -> Vec<Finding> {
    let documents = tree.iter().filter(|source| source.has_extension("md"));
    documents
        .filter_map(|document| {
            let fence = document.text.lines().position(is_rust_fence)?;
            let name = document.path.rsplit('/').next()?;
            let is_included = |source: &Source| {
                let mut lines = source.text.lines();
                source.is_rust()
                    && lines.any(|l| l.contains("doc = include_str!") && l.contains(name))
            };
            let message = "code that nothing compiles; `#![doc = include_str!(…)]` in a crate does";
            (!tree.iter().any(is_included))
                .then(|| Finding::new(&document.path, fence + 1, message))
        })
        .collect()
}

/// A fence that rustdoc would test.
fn is_rust_fence(line: &str) -> bool {
    let language = line.trim_start().strip_prefix("```");
    language.is_some_and(|language| language.split(',').next() == Some("rust"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_no_crate_includes_is_found() {
        let document = || Source::new("README.md", "Hello\n```rust\nfn main() {}\n```\n");
        assert_eq!(findings(&[document()]).len(), 1);
        let include = "#![doc = include_str!(\"../README.md\")]";
        assert!(findings(&[document(), Source::new("a/src/lib.rs", include)]).is_empty());
        assert!(findings(&[Source::new("README.md", "```console\n$ ls\n```\n")]).is_empty());
    }
}
