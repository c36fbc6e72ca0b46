//! Every adapter uses the same file names: who knows one finds the way in all.
//!
//! A part that outgrows its file becomes a folder of that name, whose files are its own affair.

use crate::finding::Finding;
use crate::source::Source;

const ADAPTERS: &[&str] = &["es-sqlite", "es-postgres", "es-kafka"];

const NAMES: &[&str] = &[
    "lib",
    "config",
    "connect",
    "writer",
    "append",
    "read",
    "subscribe",
    "command_id",
    "view",
    "token",
    "snapshot",
    "dead_letter",
    "deadline",
    "saga",
    "outgoing",
    "schema",
    "error",
];

pub(crate) fn finding(source: &Source) -> Option<Finding> {
    let mut parts = source.path.splitn(3, '/');
    let (adapter, folder, inside) = (parts.next()?, parts.next()?, parts.next()?);
    if !ADAPTERS.contains(&adapter) || folder != "src" || inside.ends_with(".sql") {
        return None;
    }
    let name = inside.split(['/', '.']).next()?;
    (!NAMES.contains(&name) || !source.is_rust()).then(|| {
        let message = format!("no adapter has a file of this name; there are: {}", NAMES.join(" "));
        Finding::new(&source.path, 1, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_its_own_is_found() {
        let found = |path| finding(&Source::new(path, "")).is_some();
        assert!(found("es-sqlite/src/pool.rs"));
        assert!(found("es-sqlite/src/helpers/read.rs"));
        assert!(!found("es-sqlite/src/read.rs"));
        assert!(!found("es-sqlite/src/writer/group.rs"));
        assert!(!found("es-sqlite/src/schema/v1.sql"));
        assert!(!found("es-sqlite/tests/anything.rs"));
        assert!(!found("es-core/src/pool.rs"));
    }
}
