//! Words that mean that something is unfinished, switched off, or left to chance.
//!
//! `unsafe` is here too: the compiler forbids it crate by crate, this says in which.

use crate::exceptions::{self, Exception, Found};
use crate::finding::Finding;
use crate::mask::is_word;
use crate::source::Source;

struct Word {
    word: &'static str,
    place: Place,
    instead: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Any text, documents and scripts included.
    Text,
    /// Rust code, not its comments.
    Code,
    /// Rust code of tests.
    Tests,
}

// Put together from halves, so that this file does not find itself.
const WORDS: &[Word] = &[
    word(concat!("TO", "DO"), Place::Text, "do it, or file it"),
    word(concat!("FIX", "ME"), Place::Text, "fix it, or file it"),
    word(concat!("X", "XX"), Place::Text, "say what is wrong, or mend it"),
    word("dbg!", Place::Code, "take it out"),
    word("todo!", Place::Code, "write it"),
    word("unimplemented!", Place::Code, "write it"),
    word("#[ignore", Place::Code, "mend the test, or make it a soak"),
    word("unsafe", Place::Code, "only `es-faults` may"),
    word("thread::sleep", Place::Tests, "wait for what is meant to happen"),
    word("time::sleep", Place::Tests, "wait for what is meant to happen"),
];

const EXCEPTIONS: &[Exception] = &[
    Exception {
        path: "es-faults/",
        what: "unsafe",
        reason: "a file system for SQLite is written in terms of C",
    },
    Exception {
        path: "es-macros/src/light.rs",
        what: "unsafe",
        reason: "reads the keyword in order to hand it on",
    },
    Exception {
        path: "es-macros/src/expand/mod.rs",
        what: "unsafe",
        reason: "looks past the keyword in order to see what an attribute stands on",
    },
    Exception {
        path: "es-macros/tests/ui/command_handler/fail/unsafe_handler.rs",
        what: "unsafe",
        reason: "shows that such a handler is refused",
    },
];

const fn word(word: &'static str, place: Place, instead: &'static str) -> Word {
    Word { word, place, instead }
}

pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    exceptions::unexcused(found(source), &source.path, EXCEPTIONS)
}

pub(crate) fn needless_exceptions(tree: &[Source]) -> Vec<Finding> {
    exceptions::needless(EXCEPTIONS, tree, found)
}

fn found(source: &Source) -> Found {
    let mut found = Found::new();
    for rule in WORDS {
        let text = match rule.place {
            Place::Text => &source.text,
            Place::Code | Place::Tests => &source.code,
        };
        for (index, line) in text.lines().enumerate() {
            let counts = rule.place != Place::Tests || source.is_test(index + 1);
            if counts && has_word(line, rule.word) {
                let message = format!("`{}`; {}", rule.word, rule.instead);
                let finding = Finding::new(&source.path, index + 1, message);
                found.push((rule.word.to_owned(), finding));
            }
        }
    }
    found
}

/// Whether the word stands there by itself, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let open = |neighbour: Option<char>| neighbour.is_none_or(|c| !is_word(c));
        open(before) && (open(after) || !word.ends_with(is_word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        findings(&Source::new(path, text)).len()
    }

    #[test]
    fn each_word_is_found_where_it_matters() {
        for rule in WORDS {
            let text = format!("fn f() {{ {} }}\n", rule.word);
            assert_eq!(count("es-core/tests/a.rs", &text), 1, "{}", rule.word);
        }
        assert_eq!(count("docs/a.md", concat!("TO", "DO: write")), 1);
    }

    #[test]
    fn words_of_code_may_be_talked_about() {
        assert_eq!(count("es-core/src/a.rs", "// never `unsafe`, no dbg!\n"), 0);
        assert_eq!(count("es-core/src/a.rs", "let text = \"todo!\";\n"), 0);
        assert_eq!(count("es-core/src/a.rs", "#![forbid(unsafe_code)]\n"), 0);
    }

    #[test]
    fn sleeping_is_for_production() {
        let sleep = "std::thread::sleep(pause);\n";
        assert_eq!(count("es-core/src/a.rs", sleep), 0);
        let unit_test = format!("#[cfg(test)]\nmod tests {{ fn f() {{ {sleep} }} }}\n");
        assert_eq!(count("es-core/src/a.rs", &unit_test), 1);
        assert_eq!(count("es-core/src/testing/a.rs", sleep), 1);
    }
}
