//! Metadata gives back what was put in; tags are the text of their field.

use std::collections::BTreeMap;

use es_core::event::{Metadata, Tags, keys};
use proptest::collection::btree_map;
use proptest::prelude::*;
use uuid::Uuid;

use crate::text::text;

/// Entries among which the keys with a form of their own are frequent.
fn entries() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key = prop_oneof![
        Just(keys::CORRELATION_ID.to_owned()),
        Just(keys::CAUSATION_ID.to_owned()),
        Just(keys::TENANT.to_owned()),
        text(),
    ];
    let uuid = any::<u128>().prop_map(|number| Uuid::from_u128(number).to_string());
    let value = prop_oneof![uuid.clone(), uuid.prop_map(|uuid| uuid.to_uppercase()), text()];
    btree_map(key, value, 0..6)
}

fn entries_of(metadata: &Metadata) -> BTreeMap<String, String> {
    metadata.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

proptest! {
    #[test]
    fn metadata_gives_back_what_was_put_in(entries in entries(), absent in text()) {
        let metadata: Metadata = entries.clone().into_iter().collect();
        prop_assert_eq!(metadata.is_empty(), entries.is_empty());
        for (key, value) in &entries {
            let found = metadata.get(key);
            prop_assert_eq!(found.as_deref(), Some(value.as_str()));
        }
        prop_assert_eq!(metadata.get(&absent).is_some(), entries.contains_key(&absent));
        prop_assert_eq!(entries_of(&metadata), entries);
    }

    #[test]
    fn metadata_is_read_from_json_as_it_was(entries in entries()) {
        let metadata: Metadata = entries.clone().into_iter().collect();
        let json = serde_json::to_value(&metadata).unwrap();
        prop_assert_eq!(&json, &serde_json::to_value(&entries).unwrap());
        prop_assert_eq!(serde_json::from_value::<Metadata>(json).unwrap(), metadata);
    }

    #[test]
    fn the_last_value_of_a_key_counts(entries in entries(), more in entries()) {
        let mut both = entries.clone();
        both.extend(more.clone());
        let metadata: Metadata = entries.into_iter().chain(more).collect();
        prop_assert_eq!(&metadata, &both.clone().into_iter().collect::<Metadata>());
        prop_assert_eq!(entries_of(&metadata), both);
    }

    #[test]
    fn a_cause_replaces_what_was_said_before(entries in entries(), number in any::<u128>()) {
        let id = Uuid::from_u128(number);
        let caused = entries.clone().into_iter().collect::<Metadata>().caused_by(id, id);
        let mut expected = entries;
        for key in [keys::CORRELATION_ID, keys::CAUSATION_ID] {
            expected.insert(key.to_owned(), id.to_string());
        }
        prop_assert_eq!(caused.iter().count(), expected.len());
        prop_assert_eq!(entries_of(&caused), expected.clone());
        prop_assert_eq!(caused, expected.into_iter().collect::<Metadata>());
    }

    #[test]
    fn a_tag_is_the_text_of_its_field(
        text in text(),
        number in any::<i64>(),
        absent in any::<bool>(),
    ) {
        let mut tags = Tags::default();
        tags.add_value("text", &text);
        tags.add_value("number", &number);
        tags.add_value("optional", &Some(number).filter(|_| !absent));
        let found: Vec<_> = tags.into_vec().into_iter().map(|tag| (tag.key, tag.value)).collect();
        let mut expected = vec![("text".into(), text), ("number".into(), number.to_string())];
        if !absent {
            expected.push(("optional".into(), number.to_string()));
        }
        prop_assert_eq!(found, expected);
    }
}
