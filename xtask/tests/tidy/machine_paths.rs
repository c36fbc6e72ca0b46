//! No path of one machine: what is tracked has to work on every other.

use crate::finding::Finding;
use crate::source::Source;

// Put together from halves, so that this file does not find itself.
const PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/tmp", "/t/"),
];

pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let path = PATHS.iter().find(|path| names(line, path))?;
            let message = format!("`{path}…` is a path of one machine; make it relative");
            Some(Finding::new(&source.path, index + 1, message))
        })
        .collect()
}

/// Whether an absolute path begins so; the middle of a longer path or address does not count.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '~' | '}'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_are_found_and_relative_ones_are_not() {
        for path in PATHS {
            let found = |text: String| findings(&Source::new("a.md", &text)).len();
            assert_eq!(found(format!("see `{path}main`")), 1);
            assert_eq!(found(format!("{path}main")), 1);
            assert_eq!(found(format!("https://example.org{path}main")), 0);
            assert_eq!(found(format!("..{path}main")), 0);
        }
    }
}
