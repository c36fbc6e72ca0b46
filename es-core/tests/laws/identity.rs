//! Ids have one text form each, and streams are told apart byte by byte.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use es_core::aggregate::AggregateId;
use es_core::event::{CommandId, EventId, StreamId, Tenant};
use es_core::prelude::*;
use proptest::prelude::*;
use uuid::Uuid;

use crate::text::text;

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash)]
struct OrderId(String);

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash)]
struct LineId(i32);

fn is_read_again<I: AggregateId + Debug>(id: &I) -> Result<(), TestCaseError> {
    let text = id.to_text();
    prop_assert_eq!(&I::from_text(&text).unwrap(), id);
    Ok(())
}

/// A text is the text form of one value or of none: never of a value with another text form.
fn is_the_only_text<I: AggregateId>(text: &str) -> Result<(), TestCaseError> {
    if let Ok(id) = I::from_text(text) {
        prop_assert_eq!(id.to_text(), text);
    }
    Ok(())
}

fn can_be_an_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && !text.chars().any(char::is_control)
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #[test]
    fn the_text_of_an_id_is_read_as_the_same_id(text in text(), number in any::<i128>()) {
        is_read_again(&text)?;
        is_read_again(&OrderId(text))?;
        is_read_again(&number)?;
        is_read_again(&(number as u64))?;
        is_read_again(&(number as u8))?;
        is_read_again(&LineId(number as i32))?;
        is_read_again(&Uuid::from_u128(number as u128))?;
    }

    #[test]
    fn an_id_has_one_text(text in prop_oneof!["[+-]?0{0,2}[0-9]{0,4}", "[0-9a-fA-F-]{36}", text()]) {
        is_the_only_text::<String>(&text)?;
        is_the_only_text::<OrderId>(&text)?;
        is_the_only_text::<LineId>(&text)?;
        is_the_only_text::<u64>(&text)?;
        is_the_only_text::<i128>(&text)?;
        is_the_only_text::<Uuid>(&text)?;
    }

    #[test]
    fn a_uuid_has_one_text(number in any::<u128>()) {
        let id = Uuid::from_u128(number);
        let upper = id.to_string().to_uppercase();
        is_the_only_text::<Uuid>(&upper)?;
        is_the_only_text::<Uuid>(&id.simple().to_string())?;
        is_the_only_text::<Uuid>(&id.braced().to_string())?;
        is_the_only_text::<Uuid>(&id.urn().to_string())?;
    }

    #[test]
    fn a_stream_takes_every_text_but_empty_long_or_control(id in text()) {
        let stream = StreamId::new(&Tenant::default(), "Order", &id);
        prop_assert_eq!(stream.is_ok(), can_be_an_id(&id));
        if let Ok(stream) = stream {
            prop_assert_eq!(stream.id(), &id);
            prop_assert_eq!((stream.aggregate(), stream.tenant().as_str()), ("Order", ""));
        }
    }

    #[test]
    fn the_length_of_an_id_counts_in_bytes(filler in "[aé€𝄞]{50,140}") {
        let stream = StreamId::new(&Tenant::default(), "Order", &filler);
        prop_assert_eq!(stream.is_ok(), filler.len() <= 255);
    }

    #[test]
    fn a_tenant_may_be_empty_and_else_has_the_rules_of_an_id(name in text()) {
        prop_assert_eq!(Tenant::new(&name).is_ok(), name.is_empty() || can_be_an_id(&name));
    }

    #[test]
    fn streams_are_the_same_if_all_parts_are(
        one in ("[ab/]{0,2}", "[AB]", "[ab /]{1,2}"),
        other in ("[ab/]{0,2}", "[AB]", "[ab /]{1,2}"),
    ) {
        let stream = |(tenant, aggregate, id): &(String, String, String)| {
            StreamId::new(&Tenant::new(tenant).unwrap(), aggregate, id).unwrap()
        };
        let (a, b) = (stream(&one), stream(&other));
        prop_assert_eq!(a == b, one == other);
        prop_assert_eq!(a.cmp(&b), one.cmp(&other));
        if one == other {
            prop_assert_eq!(hash_of(&a), hash_of(&b));
        }
    }

    #[test]
    fn a_key_names_one_command(one in text(), other in text()) {
        prop_assert_eq!(CommandId::from_key(&one), CommandId::from_key(&one));
        prop_assert_eq!(CommandId::from_key(&one) == CommandId::from_key(&other), one == other);
    }

    #[test]
    fn message_ids_are_plain_uuids_in_json(number in any::<u128>()) {
        let uuid = Uuid::from_u128(number);
        let json = serde_json::to_string(&uuid).unwrap();
        prop_assert_eq!(serde_json::to_string(&EventId(uuid)).unwrap(), json.clone());
        prop_assert_eq!(serde_json::from_str::<CommandId>(&json).unwrap(), CommandId(uuid));
    }
}

#[test]
fn the_control_characters_of_unicode_are_refused_and_their_neighbours_are_not() {
    let takes = |c: char| StreamId::new(&Tenant::default(), "Order", &c.to_string()).is_ok();
    for refused in ['\0', '\u{1f}', '\u{7f}', '\u{80}', '\u{9f}'] {
        assert!(!takes(refused), "{refused:?}");
    }
    for taken in [' ', '~', '\u{a0}', '\u{200d}', '\u{202e}', '\u{feff}', '\u{10ffff}'] {
        assert!(takes(taken), "{taken:?}");
    }
}
