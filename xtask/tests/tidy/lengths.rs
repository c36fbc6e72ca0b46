//! Files of at most 600 lines, lines of at most 100 columns.
//!
//! A file beyond 400 lines is named at every run: a question, not a failure. A line may be longer
//! by what stands in a literal, because a message that is broken can no longer be searched for,
//! and by an address, which cannot be broken at all.

use crate::finding::Finding;
use crate::mask::Kind;
use crate::source::Source;

const LONG_FILE: usize = 400;
const ENDLESS_FILE: usize = 600;
const LONG_LINE: usize = 100;

/// A file that should be looked at.
pub(crate) fn long_file(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    (LONG_FILE < lines && lines <= ENDLESS_FILE)
        .then(|| Finding::new(&source.path, lines, "over 400 lines; is it about one thing?"))
}

/// A file that has to be split.
pub(crate) fn endless_file(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    (lines > ENDLESS_FILE)
        .then(|| Finding::new(&source.path, lines, "over 600 lines; split it by what it is about"))
}

pub(crate) fn long_lines(source: &Source) -> Vec<Finding> {
    let outside_literals = source.only(&[Kind::Code, Kind::Comment]);
    let lines = source.text.lines().zip(outside_literals.lines());
    lines
        .enumerate()
        .filter(|(_, (line, outside))| is_long(line, outside))
        .map(|(index, (line, _))| {
            let message = format!("{} columns; break the line at 100", line.chars().count());
            Finding::new(&source.path, index + 1, message)
        })
        .collect()
}

fn is_long(line: &str, outside_literals: &str) -> bool {
    let literal = line
        .chars()
        .zip(outside_literals.chars())
        .filter(|(real, outside)| real != outside)
        .count();
    let length = line.chars().count();
    length > LONG_LINE && length - literal > LONG_LINE && !line.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Source {
        Source::new("a.rs", &"x\n".repeat(count))
    }

    #[test]
    fn long_files_are_named_and_endless_ones_refused() {
        assert!(long_file(&lines(400)).is_none());
        assert!(long_file(&lines(401)).is_some());
        assert!(endless_file(&lines(600)).is_none());
        assert!(endless_file(&lines(601)).is_some());
    }

    #[test]
    fn a_long_line_is_found() {
        let comment = format!("// {}", "a ".repeat(50));
        assert_eq!(long_lines(&Source::new("a.rs", &comment)).len(), 1);
        let code = format!("f({});", "a, ".repeat(40));
        assert_eq!(long_lines(&Source::new("a.rs", &code)).len(), 1);
    }

    #[test]
    fn literals_and_addresses_may_reach_further() {
        let literal = format!("f(\"{}\");", "a ".repeat(60));
        assert!(long_lines(&Source::new("a.rs", &literal)).is_empty());
        let address = format!("// https://example.org/{}", "a".repeat(100));
        assert!(long_lines(&Source::new("a.rs", &address)).is_empty());
    }
}
