//! The part of `deny.toml` that the check reads: two lists, written one entry a line.

/// What is allowed.
pub(crate) struct Policy {
    pub(crate) licences: Vec<String>,
    pub(crate) duplicates: Vec<Duplicate>,
}

/// A version that may stand beside a newer one of the same crate.
pub(crate) struct Duplicate {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl Policy {
    /// Reads `[licenses] allow` and `[bans] skip`.
    ///
    /// A reader for these two, and not for TOML: the file is ours, and a parser would be the
    /// largest dependency of this program.
    ///
    /// # Errors
    ///
    /// A list is missing or an entry lacks its version or its reason.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let licences = list(text, "[licenses]", "allow")?
            .iter()
            .filter_map(|entry| quoted(entry, ""))
            .collect();
        let duplicates = list(text, "[bans]", "skip")?
            .iter()
            .map(|entry| duplicate(entry))
            .collect::<Result<_, _>>()?;
        Ok(Self { licences, duplicates })
    }
}

fn duplicate(entry: &str) -> Result<Duplicate, String> {
    let shape = || {
        format!(
            "entry `{entry}` of `skip` in `deny.toml`; write {{ crate = \"name@version\", reason = \"…\" }}"
        )
    };
    let (name, version) = quoted(entry, "crate = ")
        .and_then(|package| {
            let (name, version) = package.split_once('@')?;
            Some((name.to_owned(), version.to_owned()))
        })
        .ok_or_else(shape)?;
    match quoted(entry, "reason = ") {
        Some(reason) if !reason.is_empty() => Ok(Duplicate { name, version }),
        _ => Err(shape()),
    }
}

/// The lines of a list, without comments.
fn list(text: &str, table: &str, key: &str) -> Result<Vec<String>, String> {
    let opening = format!("{key} = [");
    let mut lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != table)
        .skip(1)
        .take_while(|line| !(line.starts_with('[') && line.ends_with(']')))
        .skip_while(|line| !line.starts_with(&opening));
    match lines.next() {
        Some(line) if line.ends_with(']') => Ok(Vec::new()),
        Some(_) => Ok(lines
            .take_while(|line| *line != "]")
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect()),
        None => {
            Err(format!("`deny.toml` has no list `{key}` under `{table}`; write one entry a line"))
        }
    }
}

/// The first text in quotes behind a prefix.
fn quoted(entry: &str, prefix: &str) -> Option<String> {
    let (_, behind) = entry.split_once(&format!("{prefix}\""))?;
    let (text, _) = behind.split_once('"')?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[licenses]
allow = [
    # as ours
    "MIT",
    "Apache-2.0",
]
[bans]
skip = [
    { crate = "syn@2.0.1", reason = "a macro crate has not moved on" },
]
"#;

    #[test]
    fn both_lists_are_read() {
        let policy = Policy::read(TEXT).unwrap();
        assert_eq!(policy.licences, ["MIT", "Apache-2.0"]);
        assert_eq!(policy.duplicates[0].name, "syn");
        assert_eq!(policy.duplicates[0].version, "2.0.1");
    }

    #[test]
    fn a_list_may_be_empty_but_not_missing() {
        let empty = "[licenses]\nallow = []\n[bans]\nskip = []\n";
        assert!(Policy::read(empty).unwrap().licences.is_empty());
        assert!(Policy::read("[licenses]\n[bans]\nallow = []\nskip = []\n").is_err());
    }

    #[test]
    fn a_duplicate_needs_its_reason() {
        let bare = TEXT.replace(", reason = \"a macro crate has not moved on\"", "");
        assert!(Policy::read(&bare).is_err_and(|message| message.contains("reason")));
    }
}
