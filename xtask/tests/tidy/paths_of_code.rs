//! The paths that Rust code names from its crate's root, use trees unfolded.

use crate::mask::is_word;

/// A path without its root, such as `store::append::Batch`, and the line it begins in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CodePath {
    pub(crate) path: String,
    pub(crate) line: usize,
}

/// Every path behind `root::`, in code whose comments and literals are blanked out.
pub(crate) fn behind(root: &str, code: &str) -> Vec<CodePath> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices(root) {
        let before = code[..start].chars().next_back();
        let behind = code[start + root.len()..].strip_prefix("::");
        let (Some(behind), true) = (behind, before.is_none_or(|c| !is_word(c))) else {
            continue;
        };
        let line = code[..start].matches('\n').count() + 1;
        let mut paths = Vec::new();
        unfold(String::new(), behind.trim_start(), &mut paths);
        found.extend(paths.into_iter().map(|path| CodePath { path, line }));
    }
    found
}

/// Reads one use tree, or one path, and gives what follows it.
fn unfold<'a>(prefix: String, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start();
            if let Some(behind) = rest.strip_prefix('}') {
                return behind;
            }
            let (before, length) = (prefix.clone(), rest.len());
            rest = unfold(before, rest, paths).trim_start();
            rest = match rest.strip_prefix("as ") {
                Some(renamed) => renamed.trim_start().trim_start_matches(is_word).trim_start(),
                None => rest,
            };
            rest = rest.strip_prefix(',').unwrap_or(rest);
            if rest.len() == length {
                // Not a use tree after all; going on would never end.
                return rest;
            }
        }
    }
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = format!("{prefix}{name}");
    match rest.strip_prefix("::") {
        Some(behind) if !behind.starts_with('<') => {
            unfold(format!("{path}::"), behind.trim_start(), paths)
        }
        _ => {
            // A macro lives in the root whatever module it is written in.
            if !rest.starts_with('!') {
                paths.push(path);
            }
            rest.strip_prefix('*').unwrap_or(rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(code: &str) -> Vec<String> {
        behind("crate", code).into_iter().map(|found| found.path).collect()
    }

    #[test]
    fn use_trees_are_unfolded() {
        assert_eq!(
            paths("use crate::{event::{Tag, time::*}, store as log,\n fault::Fault};"),
            ["event::Tag", "event::time::", "store", "fault::Fault"]
        );
        assert_eq!(paths("use crate::store::{self, Append};"), ["store::self", "store::Append"]);
    }

    #[test]
    fn paths_in_expressions_count_too() {
        assert_eq!(
            paths("let x: crate::store::Batch = crate::store::batch::<u8>();"),
            ["store::Batch", "store::batch"]
        );
        assert_eq!(paths("crate::ensure!(x); mycrate::y(); pub(crate) fn f() {}"), [""; 0]);
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(behind("crate", "a\nb; crate::x").first().unwrap().line, 2);
        assert_eq!(behind("crate", "crate::x").first().unwrap().line, 1);
        assert_eq!(behind("crate", "a\ncrate::x").first().unwrap().line, 2);
    }
}
