//! The folders of `es-core` stand in the order of the flow, and use only what stands left of them.
//!
//! So a change to one arrow of the picture touches one folder, and `store` can be read without
//! knowing what an aggregate is. A folder is named by its own path, `crate::store::…`: a path
//! through the root's re-exports would hide where it leads. Files directly in `src` are common
//! ground: every folder may use them, and they use no folder. Unit tests may use anything.
//!
//! The exceptions are the run-time context, the registry's entry types, which are the shape of
//! what the macros write, and the few places where two folders are about one thing.

use crate::exceptions::{self, Exception, Found};
use crate::finding::Finding;
use crate::paths_of_code::{CodePath, behind};
use crate::source::Source;
use std::collections::BTreeSet;

const SOURCES: &str = "es-core/src/";

/// From left to right.
const ORDER: &[&str] = &[
    "event",
    "deadline",
    "store",
    "aggregate",
    "unit",
    "command",
    "boundary",
    "bus",
    "query",
    "projection",
    "saga",
    "registry",
    "app",
    "testing",
];

/// Files that only hand on what others define, and so may name everything.
const SHOP_WINDOWS: &[&str] = &["lib", "prelude", "__private"];

/// What crosses the whole flow, and so may use everything and be used by everything.
const CROSSINGS: &[&str] = &[
    // A handler's parameters come from all over the flow, and every kind of handler has some.
    "context",
    // Owns what one application consists of; gateways and handlers are given it as a value.
    "runtime",
];

/// Paths to the right that are used all the same.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        path: "es-core/src/aggregate/decision.rs",
        what: "command::",
        reason: "a decider's return type is where events meet the refusal of the command",
    },
    Exception {
        path: "es-core/src/aggregate/mod.rs",
        what: "command::CommandMessage",
        reason: "an aggregate's own interceptors see the command that is sent to it",
    },
    Exception {
        path: "es-core/src/aggregate/mod.rs",
        what: "command::Veto",
        reason: "an aggregate's own interceptors stop the command that is sent to it",
    },
    Exception {
        path: "es-core/src/query/",
        what: "projection::",
        reason: "queries are answered from the read side, which projections keep",
    },
    Exception {
        path: "es-core/src/command/gateway.rs",
        what: "registry::Named",
        reason: "entry type: what the macros write for a command handler",
    },
    Exception {
        path: "es-core/src/query/gateway.rs",
        what: "registry::QueryHandlerEntry",
        reason: "entry type: what the macros write for a query handler",
    },
    Exception {
        path: "es-core/src/projection/",
        what: "registry::EventHandlerEntry",
        reason: "entry type: what the macros write for an event handler",
    },
    Exception {
        path: "es-core/src/projection/",
        what: "registry::ProjectionEntry",
        reason: "entry type: what the macros write for a projection",
    },
];

/// The files directly in `src`, by module name: the common ground.
pub(crate) fn ground(tree: &[Source]) -> BTreeSet<String> {
    let stem = |source: &Source| {
        let file = source.path.strip_prefix(SOURCES)?.strip_suffix(".rs")?;
        let is_ground =
            !file.contains('/') && !SHOP_WINDOWS.contains(&file) && rank(file).is_none();
        is_ground.then(|| file.to_owned())
    };
    tree.iter().filter_map(stem).collect()
}

pub(crate) fn findings(source: &Source, ground: &BTreeSet<String>) -> Vec<Finding> {
    exceptions::unexcused(found(source, ground), &source.path, EXCEPTIONS)
}

pub(crate) fn needless_exceptions(tree: &[Source]) -> Vec<Finding> {
    let ground = ground(tree);
    exceptions::needless(EXCEPTIONS, tree, |source| found(source, &ground))
}

/// Every path that leads to the right.
fn found(source: &Source, ground: &BTreeSet<String>) -> Found {
    let mut found = Found::new();
    let Some(inside) = source.path.strip_prefix(SOURCES) else {
        return found;
    };
    let home = inside.split(['/', '.']).next().unwrap_or(inside);
    if SHOP_WINDOWS.contains(&home) || CROSSINGS.contains(&home) || !source.is_rust() {
        return found;
    }
    if !ground.contains(home) && rank(home).is_none() {
        let message = format!("folder `{home}` has no place in the order; see this rule");
        found.push((String::new(), Finding::new(&source.path, 1, message)));
    }
    let roots = ["crate", "es_core"].into_iter();
    let named = roots.flat_map(|root| behind(root, &source.code));
    for path in named.chain(above_the_folder(inside, &source.code)) {
        let verdict = verdict(home, &path.path, ground);
        if let (Some(message), false) = (verdict, source.is_unit_test(path.line)) {
            let finding = Finding::new(&source.path, path.line, message);
            found.push((path.path, finding));
        }
    }
    found
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|folder| *folder == module)
}

/// What is wrong with a path, seen from a folder or a file of the common ground.
fn verdict(home: &str, path: &str, ground: &BTreeSet<String>) -> Option<String> {
    let target = path.split("::").next().unwrap_or(path);
    if target == home || ground.contains(target) || CROSSINGS.contains(&target) {
        return None;
    }
    let Some(right) = rank(target) else {
        return Some(format!("`crate::{path}` is a detour; name the folder it lives in"));
    };
    match rank(home) {
        Some(left) if right < left => None,
        Some(_) => Some(format!("`{home}` stands left of `{target}`; turn `{path}` around")),
        None => Some(format!("`{home}.rs` is common ground; it cannot use `{path}`")),
    }
}

/// Paths that leave the folder by `super`, as if they were written from the root.
fn above_the_folder(inside: &str, code: &str) -> Vec<CodePath> {
    let module = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    let climb = vec!["super"; module.split('/').count()].join("::");
    behind(&climb, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground() -> BTreeSet<String> {
        BTreeSet::from(["fault".to_owned()])
    }

    fn messages(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path, text);
        findings(&source, &ground()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_path_to_the_right_is_found_and_one_to_the_left_is_not() {
        assert_eq!(messages("es-core/src/store/mod.rs", "use crate::aggregate::Root;").len(), 1);
        assert!(messages("es-core/src/aggregate/root.rs", "use crate::store::Append;").is_empty());
        assert!(messages("es-core/src/store/read.rs", "use crate::store::Append;").is_empty());
        let group = "use crate::{event::Tag, command::{Command, Call}};";
        assert_eq!(messages("es-core/src/store/mod.rs", group).len(), 2);
    }

    #[test]
    fn detours_are_found() {
        assert_eq!(messages("es-core/src/app/mod.rs", "use crate::Append;").len(), 1);
        assert_eq!(messages("es-core/src/app/mod.rs", "use crate::prelude::*;").len(), 1);
        assert_eq!(messages("es-core/src/event/time.rs", "use super::super::app::App;").len(), 1);
        assert_eq!(messages("es-core/src/event/mod.rs", "use super::app::App;").len(), 1);
        assert!(messages("es-core/src/event/time.rs", "use super::Tag;").is_empty());
    }

    #[test]
    fn common_ground_uses_no_folder_and_a_new_folder_needs_a_place() {
        assert!(messages("es-core/src/store/mod.rs", "use crate::fault::Fault;").is_empty());
        assert_eq!(messages("es-core/src/fault.rs", "use crate::store::Append;").len(), 1);
        assert_eq!(messages("es-core/src/misc/mod.rs", "").len(), 1);
    }

    #[test]
    fn crossings_and_shop_windows_are_free_but_nobody_buys_in_the_window() {
        let every = "use crate::{app::App, runtime::Runtime, context::Context};";
        assert!(messages("es-core/src/lib.rs", every).is_empty());
        assert!(messages("es-core/src/runtime/mod.rs", every).is_empty());
        assert_eq!(messages("es-core/src/event/mod.rs", every).len(), 1);
        assert_eq!(messages("es-core/src/event/mod.rs", "crate::__private::x()").len(), 1);
    }

    #[test]
    fn comments_unit_tests_and_other_crates_are_free() {
        assert!(messages("es-core/src/store/mod.rs", "//! See [`crate::app::App`].").is_empty());
        let unit_test = "#[cfg(test)]\nmod tests { use crate::testing::given; }";
        assert!(messages("es-core/src/store/mod.rs", unit_test).is_empty());
        assert!(messages("es-sqlite/src/append.rs", "use crate::config::Config;").is_empty());
    }
}
