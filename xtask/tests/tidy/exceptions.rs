//! Places where a rule makes the code worse.

use crate::finding::Finding;
use crate::source::Source;

/// One place, by the beginning of its path, and why the rule does not hold there.
pub(crate) struct Exception {
    pub(crate) path: &'static str,
    /// What is allowed there, by its beginning, in the rule's own terms.
    pub(crate) what: &'static str,
    pub(crate) reason: &'static str,
}

impl Exception {
    fn covers(&self, path: &str, what: &str) -> bool {
        path.starts_with(self.path) && what.starts_with(self.what)
    }
}

/// What was found in one file, each with what an exception would have to name.
pub(crate) type Found = Vec<(String, Finding)>;

/// Drops what is excused.
pub(crate) fn unexcused(found: Found, path: &str, exceptions: &[Exception]) -> Vec<Finding> {
    let excused = |what: &str| exceptions.iter().any(|exception| exception.covers(path, what));
    found.into_iter().filter(|(what, _)| !excused(what)).map(|(_, finding)| finding).collect()
}

/// Exceptions that excuse nothing any more: a rule that lets more pass than it has to.
pub(crate) fn needless(
    exceptions: &[Exception],
    tree: &[Source],
    rule: impl Fn(&Source) -> Found,
) -> Vec<Finding> {
    let is_needed = |exception: &Exception| {
        let mut sources = tree.iter().filter(|source| source.path.starts_with(exception.path));
        sources.any(|source| {
            let mut found = rule(source).into_iter();
            found.any(|(what, _)| exception.covers(&source.path, &what))
        })
    };
    exceptions
        .iter()
        .filter(|exception| !is_needed(exception))
        .map(|Exception { path, what, reason }| {
            let message = format!("`{what}` is not there any more ({reason}); drop the exception");
            Finding::new(path, 1, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCEPTIONS: &[Exception] =
        &[Exception { path: "es-core/", what: "goto", reason: "an example" }];

    fn rule(source: &Source) -> Found {
        let at = |index| Finding::new(&source.path, index + 1, "found");
        let lines = source.text.lines().enumerate();
        lines.map(|(index, line)| (line.to_owned(), at(index))).collect()
    }

    #[test]
    fn an_exception_excuses_its_place_only() {
        let here = Source::new("es-core/a.rs", "goto\nother");
        assert_eq!(unexcused(rule(&here), &here.path, EXCEPTIONS).len(), 1);
        let there = Source::new("es-sqlite/a.rs", "goto\nother");
        assert_eq!(unexcused(rule(&there), &there.path, EXCEPTIONS).len(), 2);
    }

    #[test]
    fn an_exception_for_nothing_is_found() {
        let needed = [Source::new("es-core/a.rs", "goto")];
        assert!(needless(EXCEPTIONS, &needed, rule).is_empty());
        let elsewhere = [Source::new("es-sqlite/a.rs", "goto")];
        assert_eq!(needless(EXCEPTIONS, &elsewhere, rule).len(), 1);
    }
}
