//! What stops an application from starting, and what it says then.

use std::sync::Arc;

use es_core::prelude::*;
use es_core::registry::{CommandEntry, Component, Components, Registry, RegistryError};

use super::domain::*;

#[tokio::test]
async fn a_resource_nobody_provided_is_named_with_the_handlers_place() {
    let error = App::test().only::<Shelf>().start().await.err().unwrap().to_string();
    assert!(error.contains("Inject<dyn") && error.contains("Scale"), "{error}");
    assert!(error.contains("domain.rs:"), "{error}");
    assert!(error.contains("`Weigh`") && error.contains("`WeighAgain`"), "{error}");
    assert!(error.contains("(provided: nothing)"), "{error}");
}

#[tokio::test]
async fn an_aggregate_that_is_expected_and_not_linked_is_told_how_to_link() {
    let (scale, _) = ManualScale::new();
    let starting = App::test().provide::<dyn Scale>(scale).expects(["Shelf", "Elsewhere"]).start();
    let error = starting.await.err().unwrap().to_string();
    assert!(error.contains("aggregate `Elsewhere` is expected"), "{error}");
    assert!(error.contains("use the_crate_with_it as _;"), "{error}");
    assert!(!error.contains("aggregate `Shelf` is expected"), "{error}");
}

#[tokio::test]
async fn a_builder_without_a_store_says_what_to_write() {
    let (scale, _) = ManualScale::new();
    let starting = App::builder().with::<Shelf>().provide::<dyn Scale>(scale).start();
    let error = starting.await.err().unwrap().to_string();
    assert!(error.contains(".store(\"sqlite:"), "{error}");
}

#[tokio::test]
async fn an_engine_that_is_not_linked_is_told_how_to_link() {
    let (scale, _) = ManualScale::new();
    let starting =
        App::builder().store("nosuch:x").with::<Shelf>().provide::<dyn Scale>(scale).start();
    let error = starting.await.err().unwrap().to_string();
    assert!(
        error.contains("add `es-sqlite` to Cargo.toml and write `use es_sqlite as _;`"),
        "{error}"
    );
}

#[test]
fn two_handlers_of_one_command_are_told_with_both_places() {
    struct Other;
    let mut components = Components::default();
    Shelf::register(&mut components);
    let put = *components.commands.iter().find(|entry| entry.name == "Put").unwrap();
    let other = CommandEntry {
        handler_id: std::any::TypeId::of::<Other>,
        handler: || "Other",
        source: es_core::registry::Source { file: "other.rs", line: 7 },
        ..put
    };
    components.commands.push(other);
    let problems = Registry::new(components).err().unwrap();
    let [RegistryError::TwoHandlers { .. }] = problems.as_slice() else { panic!("{problems:?}") };
    let text = problems.first().unwrap().to_string();
    assert!(text.contains("other.rs:7") && text.contains("domain.rs:"), "{text}");
}

#[test]
fn one_stored_name_for_two_event_types_is_told_with_both_places() {
    let mut components = Components::linked();
    let mut other = *components.events.iter().find(|entry| entry.name == "BoxesPut").unwrap();
    other.source = es_core::registry::Source { file: "other.rs", line: 9 };
    components.events.push(other);
    let problems = Registry::new(components).err().unwrap();
    let text = problems.first().unwrap().to_string();
    assert!(text.contains("other.rs:9") && text.contains("domain.rs:"), "{text}");
}

#[test]
fn registering_twice_counts_once() {
    let mut components = Components::linked();
    let linked = components.commands.len();
    Shelf::register(&mut components);
    let registry = Registry::new(components).ok().unwrap();
    assert_eq!(registry.components().commands.len(), linked);
}

#[tokio::test]
async fn every_handler_is_described_with_its_place() {
    let text = super::app().await.describe().to_string();
    for name in ["aggregate Shelf", "command Put", "command Weigh", "event BoxesPut"] {
        assert!(text.contains(name), "{name} is not in:\n{text}");
    }
    assert!(text.contains("domain.rs:"), "{text}");
}

#[tokio::test]
async fn a_shared_resource_is_the_same_one() {
    let (scale, _) = ManualScale::new();
    let app = super::app_with(Arc::clone(&scale) as Arc<dyn Scale>).await;
    drop(app);
    assert_eq!(Arc::strong_count(&scale), 1, "the application keeps nothing after its end");
}
