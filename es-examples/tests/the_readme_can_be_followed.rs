//! Who follows the README to the letter gets there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod program;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use program::{Place, sample};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).unwrap()
}

#[test]
fn the_first_steps_work_in_a_fresh_folder() {
    let place = Place::new();
    let name = "es-examples/samples/orders.csv";
    place.write(name, fs::read(sample()).unwrap());
    let readme = readme();
    let steps: Vec<_> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("$ cargo run -p es-examples"))
        .map(|step| step.split('#').next().unwrap().trim().trim_start_matches("--").trim())
        .collect();
    assert!(steps.len() >= 5 && steps.iter().any(|step| step.ends_with(name)), "{steps:?}");
    for step in steps {
        place.done(&step.split_whitespace().collect::<Vec<_>>());
    }
}

/// The code blocks of a page in one language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let opened = page.split("\n```").skip(1).step_by(2);
    opened.filter(|block| block.starts_with(language)).collect()
}

/// What a page's `Cargo.toml` names, with underscores, as code does.
fn named(page: &str) -> BTreeSet<String> {
    let lines = blocks(page, "toml").into_iter().flat_map(str::lines);
    let names = lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    names.map(|name| name.trim().replace('-', "_")).collect()
}

/// Every crate that this repository knows, with underscores.
fn known() -> BTreeSet<String> {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[workspace.dependencies]").nth(1).unwrap();
    let lines = dependencies.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.replace('-', "_"))
        .collect()
}

/// The crates that a page's code names, and where.
fn used(page: &str, known: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for line in blocks(page, "rust").into_iter().flat_map(str::lines) {
        let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let is_path = |word: &str| line.contains(&format!("{word}::"));
        let is_link = |word: &str| line.contains(&format!("use {word} as _"));
        for word in words.filter(|word| known.contains(*word) && (is_path(word) || is_link(word))) {
            used.insert(word.to_owned(), line.to_owned());
        }
        if line.contains("Serialize") {
            used.insert("serde".to_owned(), line.to_owned());
        }
    }
    used
}

#[test]
fn every_crate_and_feature_that_the_guides_code_needs_is_named() {
    const SECTION: &str = "README.md#a-program-of-your-own";
    const TESTING: &str = r#"features = ["testing"]"#;
    let (readme, known) = (readme(), known());
    let of_readme = named(&readme);
    for name in ["es_core", "es_sqlite", "serde", "tokio"] {
        assert!(of_readme.contains(name), "`{name}` in {of_readme:?}");
    }
    assert!(readme.contains(TESTING));
    let guides =
        fs::read_dir(repository().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = guides.filter(|path| path.extension() == Some("md".as_ref())).collect();
    pages.push(repository().join("README.md"));
    for path in pages {
        let page = fs::read_to_string(&path).unwrap();
        let mut needed = used(&page, &known);
        // The order app is shown, not copied.
        needed.remove("es_examples");
        let (own, points_there) = (named(&page), page.contains(SECTION));
        for (name, line) in &needed {
            let is_named = own.contains(name) || points_there && of_readme.contains(name);
            assert!(is_named, "`{name}` is not named in {}, and used: {line}", path.display());
        }
        let tests = blocks(&page, "rust").iter().any(|block| block.contains("es_core::testing"));
        let says_so = page.contains(TESTING) || page.contains("the feature `testing`");
        assert!(!tests || says_so, "{} does not name the feature `testing`", path.display());
    }
}

#[test]
fn a_crate_that_is_not_named_is_found() {
    let known = ["serde_json", "thiserror", "es_sqlite"].map(str::to_owned).into();
    let page =
        "text\n```rust\nuse serde_json::json;\nuse es_sqlite as _;\nlet thiserror = 1;\n```\n";
    let used = used(page, &known);
    assert_eq!(used.keys().collect::<Vec<_>>(), ["es_sqlite", "serde_json"]);
    assert!(named(page).is_empty());
    assert!(named("\n```toml\n[dependencies]\nserde_json = \"1\"\n```\n").contains("serde_json"));
}
