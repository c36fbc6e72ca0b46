//! Nothing in `es-core` names a database, so that every engine is a guest of equal right.
//!
//! Code and literals count. A doc comment may give an example.

use crate::finding::Finding;
use crate::mask::Kind;
use crate::source::Source;

const DATABASES: &[&str] = &[
    "sqlite",
    "postgres",
    "mysql",
    "mariadb",
    "kafka",
    "jetstream",
    "mongo",
    "redis",
    "dynamo",
];

pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with("es-core/src/") {
        return Vec::new();
    }
    let text = source.only(&[Kind::Code, Kind::Literal]).to_lowercase();
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let named = DATABASES.iter().find(|database| line.contains(**database));
        if let (Some(database), false) = (named, source.is_unit_test(index + 1)) {
            let message = format!("names `{database}`; say it in the adapter");
            findings.push(Finding::new(&source.path, index + 1, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_found_in_code_and_literals_of_the_core() {
        let found = |path, text| findings(&Source::new(path, text)).len();
        assert_eq!(found("es-core/src/store/mod.rs", "struct SqliteLog;\n"), 1);
        assert_eq!(
            found("es-core/src/store/mod.rs", "f(\"postgres://\");\n"),
            1
        );
        assert_eq!(
            found("es-core/src/store/mod.rs", "/// As SQLite does.\n"),
            0
        );
        assert_eq!(found("es-sqlite/src/lib.rs", "struct SqliteLog;\n"), 0);
    }
}
