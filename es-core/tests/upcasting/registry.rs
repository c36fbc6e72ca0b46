use es_core::event::Lineage;
use es_core::registry::{Components, EventEntry, Registry, RegistryError};

use super::today::*;
use super::*;

/// Says that it was a `Moved`, which is an event of today.
static WAS_MOVED: Lineage =
    Lineage { renamed_from: &["Moved", "Left"], ..Lineage::new("Relocated", 0) };
static WAS_LEFT: Lineage = Lineage { renamed_from: &["Left"], ..Lineage::new("Departed", 0) };

fn entry(lineage: &'static Lineage, line: u32) -> EventEntry {
    EventEntry { name: lineage.name, lineage, ..EventEntry::of::<Contact>("other.rs", line) }
}

fn problems(entries: &[EventEntry]) -> Vec<RegistryError> {
    let mut components = Components::default();
    components.events.push(EventEntry::of::<Moved>("today.rs", 1));
    components.events.extend(entries);
    Registry::new(components).err().unwrap_or_default()
}

#[test]
fn a_former_name_that_another_event_has_is_told_with_both_places() {
    assert!(problems(&[entry(&WAS_LEFT, 7)]).is_empty());
    let problems = problems(&[entry(&WAS_MOVED, 7)]);
    let [problem @ RegistryError::FormerName { .. }] = &problems[..] else {
        panic!("{problems:?}")
    };
    let text = problem.to_string();
    assert!(text.contains("rows of event `Moved`") && text.contains("today.rs:1"), "{text}");
    assert!(text.contains("other.rs:7"), "{text}");
}

#[test]
fn a_former_name_of_two_events_is_told_once() {
    let problems = problems(&[entry(&WAS_MOVED, 7), entry(&WAS_LEFT, 8)]);
    let names: Vec<_> = problems
        .iter()
        .filter_map(|problem| match problem {
            RegistryError::FormerName { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!((names.len(), problems.len()), (2, 2), "{problems:?}");
    assert!(names.contains(&"Moved") && names.contains(&"Left"), "{problems:?}");
}

#[tokio::test]
async fn a_description_tells_the_names_that_an_event_is_also_read_from() {
    let app = app_on(&MemoryLog::new()).await;
    let text = app.describe().to_string();
    let names = "CustomerChanged, CustomerImported, Contact";
    let expected = format!("  event Moved (revision 0), also read from {names}\n");
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("  event Contact (revision 1)\n"), "{text}");
}
