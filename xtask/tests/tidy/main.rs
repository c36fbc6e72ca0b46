//! Tidy: rules about the tree that no compiler checks, as tests.
//!
//! Each module is one rule: a pure function from a file's text to findings, its exceptions, each
//! with a reason, and a planted violation that proves that the rule can fail. What a rule is good
//! for stands at the top of its module; ARCHITECTURE.md and CONTRIBUTING.md rest on them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod adapters;
mod databases;
mod exceptions;
mod finding;
mod folders;
mod lengths;
mod links;
mod machine_paths;
mod manifests;
mod mask;
mod paths_of_code;
mod readable_code;
mod source;
mod stray_words;

use finding::Finding;
use source::Source;
use std::io::Write as _;
use std::sync::LazyLock;

/// Every file git tracks or would track.
static TREE: LazyLock<Vec<Source>> = LazyLock::new(source::tree);

fn assert_none(findings: Vec<Finding>) {
    let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Applies a rule to every Rust file.
fn check_rust(rule: impl Fn(&Source) -> Vec<Finding>) {
    let rust = TREE.iter().filter(|source| source.is_rust());
    assert_none(rust.flat_map(rule).collect());
}

#[test]
fn files_are_short_enough() {
    let rust = || TREE.iter().filter(|source| source.is_rust());
    // Straight to standard error: the harness would swallow what `eprintln!` writes.
    let mut console = std::io::stderr();
    for warning in rust().filter_map(lengths::long_file) {
        writeln!(console, "   {warning}").unwrap();
    }
    assert_none(rust().filter_map(lengths::endless_file).collect());
}

#[test]
fn lines_are_short_enough() {
    check_rust(lengths::long_lines);
}

#[test]
fn nothing_is_left_behind() {
    let mut findings: Vec<_> = TREE.iter().flat_map(stray_words::findings).collect();
    findings.extend(stray_words::needless_exceptions(&TREE));
    assert_none(findings);
}

#[test]
fn folders_of_the_core_use_only_what_stands_left_of_them() {
    let ground = folders::ground(&TREE);
    let mut findings: Vec<_> =
        TREE.iter().flat_map(|source| folders::findings(source, &ground)).collect();
    findings.extend(folders::needless_exceptions(&TREE));
    assert_none(findings);
}

#[test]
fn the_core_names_no_database() {
    let mut findings: Vec<_> = TREE.iter().flat_map(databases::findings).collect();
    findings.extend(databases::needless_exceptions(&TREE));
    assert_none(findings);
}

#[test]
fn adapters_share_their_file_names() {
    assert_none(TREE.iter().filter_map(adapters::finding).collect());
}

#[test]
fn no_path_of_a_machine_is_in_the_tree() {
    assert_none(TREE.iter().flat_map(machine_paths::findings).collect());
}

#[test]
fn documents_link_to_what_exists() {
    let documents = TREE.iter().filter(|source| source.has_extension("md"));
    assert_none(documents.flat_map(|document| links::findings(document, &TREE)).collect());
}

#[test]
fn code_in_documents_is_compiled() {
    assert_none(readable_code::findings(&TREE));
}

#[test]
fn crates_share_what_the_workspace_says() {
    assert_none(manifests::findings(&TREE));
}
