//! Every crate of the workspace takes its lints, edition, licence and dependencies from the
//! workspace, and the workspace lists no dependency that no crate takes.

use crate::finding::Finding;
use crate::source::Source;

const SHARED: &[&str] = &["edition.workspace = true", "license.workspace = true"];
const LINTS: &str = "[lints]\nworkspace = true";

/// The only crate with `unsafe`, which the shared lints forbid.
const OWN_LINTS: &str = "es-faults/Cargo.toml";

pub(crate) fn findings(tree: &[Source]) -> Vec<Finding> {
    // Crates of the workspace stand flat in its root; the peers are a workspace of their own.
    let is_member = |path: &str| path.ends_with("/Cargo.toml") && path.matches('/').count() == 1;
    let manifests = || tree.iter().filter(|source| is_member(&source.path));
    let mut findings: Vec<_> = manifests().flat_map(of_manifest).collect();
    for workspace in tree.iter().filter(|source| source.path == "Cargo.toml") {
        for (line, name) in table(&workspace.text, "[workspace.dependencies]") {
            let taken = [format!("{name}.workspace"), format!("{name} = {{ workspace")];
            let takes = |text: &str| taken.iter().any(|taken| text.contains(taken));
            if !manifests().any(|manifest| takes(&manifest.text)) {
                let message = format!("no crate takes `{name}`; take it out");
                findings.push(Finding::new(&workspace.path, line, message));
            }
        }
    }
    findings
}

fn of_manifest(manifest: &Source) -> Vec<Finding> {
    let lints = (manifest.path != OWN_LINTS).then_some(&LINTS);
    let shared = SHARED.iter().chain(lints);
    let missing = shared.filter(|line| !manifest.text.contains(**line));
    let missing = missing.map(|line| (1, format!("lacks `{}`", line.replace('\n', " "))));

    let tables = ["[dependencies]", "[dev-dependencies]", "[build-dependencies]"];
    let dependencies = tables.iter().flat_map(|table| self::table(&manifest.text, table));
    let own = dependencies.filter(|(line, _)| {
        let text = manifest.text.lines().nth(line - 1);
        !text.is_some_and(|text| text.contains("workspace = true"))
    });
    let own = own.map(|(line, name)| {
        let message = format!("`{name}` has a version of its own; take the workspace's");
        (line, message)
    });
    missing.chain(own).map(|(line, message)| Finding::new(&manifest.path, line, message)).collect()
}

/// The line and the name of every entry of a table.
fn table<'a>(text: &'a str, heading: &str) -> Vec<(usize, &'a str)> {
    let lines = text.lines().enumerate().skip_while(|(_, line)| *line != heading);
    lines
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|(index, line)| Some((index + 1, line.split([' ', '.', '=']).next()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        findings(&[Source::new(path, text)]).len()
    }

    #[test]
    fn a_crate_with_rules_of_its_own_is_found() {
        let shared = SHARED.join("\n");
        assert_eq!(found("es-core/Cargo.toml", &format!("{shared}\n{LINTS}\n")), 0);
        assert_eq!(found("es-core/Cargo.toml", &shared), 1);
        assert_eq!(found("es-core/Cargo.toml", ""), 3);
        assert_eq!(found(OWN_LINTS, &shared), 0);
        assert_eq!(found("es-bench/peers/Cargo.toml", ""), 0);
    }

    #[test]
    fn a_dependency_beside_the_workspace_is_found() {
        let shared = format!("{}\n{LINTS}\n[dev-dependencies]\n", SHARED.join("\n"));
        let with = |line: &str| found("es-core/Cargo.toml", &format!("{shared}{line}\n"));
        assert_eq!(with("serde = \"1\""), 1);
        assert_eq!(with("serde.workspace = true"), 0);
        assert_eq!(with("serde = { workspace = true, features = [\"derive\"] }"), 0);
    }

    #[test]
    fn a_dependency_that_no_crate_takes_is_found() {
        let workspace = "[workspace.dependencies]\n# Why.\nserde = \"1\"\n";
        assert_eq!(found("Cargo.toml", workspace), 1);
        let shared = format!("{}\n{LINTS}\n[dependencies]\n", SHARED.join("\n"));
        let takes = Source::new("a/Cargo.toml", &format!("{shared}serde.workspace = true\n"));
        assert!(findings(&[Source::new("Cargo.toml", workspace), takes]).is_empty());
    }
}
