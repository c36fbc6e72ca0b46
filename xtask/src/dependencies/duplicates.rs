//! Crates that are built in two versions, which nobody may add unnoticed.

use super::Package;
use super::policy::{Duplicate, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// Crates with several versions that the policy does not name, and names it no longer needs.
///
/// Of a crate's versions the policy names all but one, the one to stay.
pub(crate) fn findings(packages: &BTreeSet<Package>, policy: &Policy) -> Vec<String> {
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let mut findings = Vec::new();
    for (name, versions) in &versions {
        let unexcused: Vec<_> = versions
            .iter()
            .filter(|version| {
                let excused = |skip: &Duplicate| skip.name == *name && skip.version == **version;
                !policy.duplicates.iter().any(excused)
            })
            .copied()
            .collect();
        if unexcused.len() > 1 {
            findings.push(format!(
                "`{name}` is built in versions {}; see `skip` in `deny.toml`",
                unexcused.join(" and ")
            ));
        }
    }
    for skip in &policy.duplicates {
        let needed = versions
            .get(skip.name.as_str())
            .is_some_and(|all| all.len() > 1 && all.contains(&skip.version.as_str()));
        if !needed {
            findings.push(format!(
                "`{}@{}` is no duplicate any more; take it out of `deny.toml`",
                skip.name, skip.version
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings_of(packages: &[(&str, &str)], skipped: &[(&str, &str)]) -> Vec<String> {
        let packages = packages
            .iter()
            .map(|(name, version)| Package {
                name: (*name).to_owned(),
                version: (*version).to_owned(),
                licence: String::new(),
            })
            .collect();
        let duplicates = skipped
            .iter()
            .map(|(name, version)| Duplicate {
                name: (*name).to_owned(),
                version: (*version).to_owned(),
            })
            .collect();
        let policy = Policy { licences: Vec::new(), duplicates };
        findings(&packages, &policy)
    }

    #[test]
    fn a_second_version_needs_an_entry() {
        let packages = [("syn", "2.0.1"), ("syn", "3.0.1"), ("quote", "1.0.0")];
        assert_eq!(findings_of(&packages, &[]).len(), 1);
        assert!(findings_of(&packages, &[("syn", "2.0.1")]).is_empty());
    }

    #[test]
    fn an_entry_without_a_duplicate_has_to_go() {
        assert_eq!(findings_of(&[("syn", "3.0.1")], &[("syn", "2.0.1")]).len(), 1);
    }
}
