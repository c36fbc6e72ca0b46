//! Whether a licence expression can be met with the licences we accept.

use super::Package;
use super::policy::Policy;
use std::collections::BTreeSet;

/// The crates without an acceptable licence.
pub(crate) fn findings(packages: &BTreeSet<Package>, policy: &Policy) -> Vec<String> {
    let accepts = |licence: &str| policy.licences.iter().any(|allowed| allowed == licence);
    packages
        .iter()
        .filter(|package| !is_met(&package.licence, &accepts))
        .map(|Package { name, licence, .. }| {
            format!("`{name}` is licensed `{licence}`; see `allow` in `deny.toml`")
        })
        .collect()
}

/// Evaluates an SPDX expression; the old `MIT/Apache-2.0` means `OR`.
fn is_met(expression: &str, accepts: &impl Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words, accepts) && words.next().is_none()
}

type Words<'a, 'b> = &'a mut std::iter::Peekable<std::str::SplitWhitespace<'b>>;

fn any(words: Words<'_, '_>, accepts: &impl Fn(&str) -> bool) -> bool {
    let mut met = all(words, accepts);
    while words.next_if_eq(&"OR").is_some() {
        // Not `||`, which would leave the words of the right side unread.
        met |= all(words, accepts);
    }
    met
}

fn all(words: Words<'_, '_>, accepts: &impl Fn(&str) -> bool) -> bool {
    let mut met = one(words, accepts);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, accepts);
    }
    met
}

fn one(words: Words<'_, '_>, accepts: &impl Fn(&str) -> bool) -> bool {
    match words.next() {
        Some("(") => any(words, accepts) & words.next_if_eq(&")").is_some(),
        Some(licence) => match words.next_if_eq(&"WITH") {
            Some(_) => words
                .next()
                .is_some_and(|exception| accepts(&format!("{licence} WITH {exception}"))),
            None => accepts(licence),
        },
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expression: &str) -> bool {
        is_met(expression, &|licence| {
            ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence)
        })
    }

    #[test]
    fn one_side_of_or_is_enough_and_both_of_and_are_needed() {
        assert!(met("MIT"));
        assert!(met("GPL-3.0 OR MIT"));
        assert!(met("Apache-2.0/MIT"));
        assert!(met("(Apache-2.0 OR MIT) AND Unicode-3.0"));
        assert!(met("Apache-2.0 WITH LLVM-exception OR GPL-3.0"));
        assert!(!met("MIT AND GPL-3.0"));
        assert!(!met("(GPL-3.0 OR Apache-2.0) AND MIT"));
    }

    #[test]
    fn what_cannot_be_read_is_not_met() {
        assert!(!met(""));
        assert!(!met("(MIT"));
        assert!(!met("MIT MIT"));
    }

    #[test]
    fn a_crate_with_a_foreign_licence_or_none_is_named() {
        let policy = Policy { licences: vec!["MIT".to_owned()], duplicates: Vec::new() };
        let package = |name: &str, licence: &str| Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.to_owned(),
        };
        let packages = BTreeSet::from([
            package("copyleft", "GPL-3.0"),
            package("good", "MIT"),
            package("silent", ""),
        ]);
        let findings = findings(&packages, &policy);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("`copyleft`") && findings[1].contains("`silent`"));
    }
}
