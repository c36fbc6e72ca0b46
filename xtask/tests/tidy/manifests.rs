//! Every crate of the workspace takes its lints, edition and licence from the workspace.

use crate::finding::Finding;
use crate::source::Source;

const SHARED: &[&str] = &["edition.workspace = true", "license.workspace = true"];
const LINTS: &str = "[lints]\nworkspace = true";

/// The only crate with `unsafe`, which the shared lints forbid.
const OWN_LINTS: &str = "es-faults/Cargo.toml";

pub(crate) fn findings(tree: &[Source]) -> Vec<Finding> {
    let manifests = tree.iter().filter(|source| {
        // Crates of the workspace stand flat in its root; the peers are a workspace of their own.
        source.path.ends_with("/Cargo.toml") && source.path.matches('/').count() == 1
    });
    manifests.flat_map(of_manifest).collect()
}

fn of_manifest(manifest: &Source) -> Vec<Finding> {
    let lints = (manifest.path != OWN_LINTS).then_some(&LINTS);
    let missing = SHARED
        .iter()
        .chain(lints)
        .filter(|line| !manifest.text.contains(**line));
    missing
        .map(|line| {
            let message = format!("lacks `{}`", line.replace('\n', " "));
            Finding::new(&manifest.path, 1, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_with_rules_of_its_own_is_found() {
        let found = |path, text: &str| findings(&[Source::new(path, text)]).len();
        let shared = SHARED.join("\n");
        assert_eq!(
            found("es-core/Cargo.toml", &format!("{shared}\n{LINTS}\n")),
            0
        );
        assert_eq!(found("es-core/Cargo.toml", &shared), 1);
        assert_eq!(found("es-core/Cargo.toml", ""), 3);
        assert_eq!(found(OWN_LINTS, &shared), 0);
        assert_eq!(found("es-bench/peers/Cargo.toml", ""), 0);
    }
}
