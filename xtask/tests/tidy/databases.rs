//! Nothing in `es-core` names a database, so that every engine is a guest of equal right.
//!
//! Code and literals count. A doc comment may give an example.

use crate::exceptions::{self, Exception, Found};
use crate::finding::Finding;
use crate::mask::Kind;
use crate::source::Source;

const DATABASES: &[&str] =
    &["sqlite", "postgres", "mysql", "mariadb", "kafka", "jetstream", "mongo", "redis", "dynamo"];

const EXAMPLE: &str = "a remedy is an example that works when it is typed";

const EXCEPTIONS: &[Exception] = &[
    Exception { path: "es-core/src/registry/engine.rs", what: "sqlite", reason: EXAMPLE },
    Exception {
        path: "es-core/src/projection/memory_read_side.rs",
        what: "sqlite",
        reason: EXAMPLE,
    },
    Exception { path: "es-core/src/app/error.rs", what: "sqlite", reason: EXAMPLE },
];

pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    exceptions::unexcused(found(source), &source.path, EXCEPTIONS)
}

pub(crate) fn needless_exceptions(tree: &[Source]) -> Vec<Finding> {
    exceptions::needless(EXCEPTIONS, tree, found)
}

fn found(source: &Source) -> Found {
    let mut found = Found::new();
    if !source.path.starts_with("es-core/src/") {
        return found;
    }
    let text = source.only(&[Kind::Code, Kind::Literal]).to_lowercase();
    for (index, line) in text.lines().enumerate() {
        let named = DATABASES.iter().find(|database| line.contains(**database));
        if let (Some(database), false) = (named, source.is_unit_test(index + 1)) {
            let message = format!("names `{database}`; say it in the adapter");
            let finding = Finding::new(&source.path, index + 1, message);
            found.push(((*database).to_owned(), finding));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_found_in_code_and_literals_of_the_core() {
        let count = |path, text| findings(&Source::new(path, text)).len();
        assert_eq!(count("es-core/src/store/mod.rs", "struct SqliteLog;\n"), 1);
        assert_eq!(count("es-core/src/store/mod.rs", "f(\"postgres://\");\n"), 1);
        assert_eq!(count("es-core/src/store/mod.rs", "/// As SQLite does.\n"), 0);
        assert_eq!(count("es-sqlite/src/lib.rs", "struct SqliteLog;\n"), 0);
    }
}
