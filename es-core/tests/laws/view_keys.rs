//! The order of encoded keys is the order of the values, and equal bytes are equal values.

use std::cmp::Ordering;

use es_core::event::Timestamp;
use es_core::prelude::*;
use es_core::projection::{KeyBuffer, ViewKey};
use proptest::prelude::*;
use uuid::Uuid;

use crate::text::text;

/// One law for any pair of values; it includes that different values never share their bytes.
fn orders<K: ViewKey + Ord>(one: &K, other: &K) -> Result<(), TestCaseError> {
    prop_assert_eq!(KeyBuffer::of(one).cmp(&KeyBuffer::of(other)), one.cmp(other));
    Ok(())
}

/// The same for values that come in pairs close to one another, where mistakes are.
fn neighbours<K: ViewKey + Ord + Copy>(values: &[K]) {
    for (one, other) in values.iter().zip(values.iter().skip(1)) {
        assert_eq!(one.cmp(other), Ordering::Less, "the test's own order");
        assert!(KeyBuffer::of(one) < KeyBuffer::of(other));
    }
}

macro_rules! laws {
    ($($name:ident: $strategy:expr;)*) => {
        proptest! { $(
            #[test]
            fn $name(one in $strategy, other in $strategy) {
                orders(&one, &other)?;
            }
        )* }
    };
}

laws! {
    texts: text();
    unsigned_bytes: any::<u8>();
    unsigned_numbers: any::<u64>();
    large_unsigned_numbers: any::<u128>();
    signed_bytes: any::<i8>();
    signed_numbers: any::<i64>();
    large_signed_numbers: any::<i128>();
    truths: any::<bool>();
    uuids: any::<u128>().prop_map(Uuid::from_u128);
    moments: any::<i64>().prop_map(Timestamp::from_microseconds);
    optional_texts: proptest::option::of(text());
    optional_numbers: proptest::option::of(any::<i32>());
    nested_options: proptest::option::of(proptest::option::of(any::<i16>()));
    a_text_and_a_number: (text(), any::<i8>());
    a_number_and_a_text: (any::<u8>(), text());
    two_texts: (text(), text());
    an_optional_text_and_a_text: (proptest::option::of(text()), text());
    three_texts: (text(), text(), text());
    five_parts: (text(), any::<bool>(), proptest::option::of(text()), any::<i8>(), text());
    nested_tuples: ((text(), any::<u8>()), (text(), text()));
    jiffs_moments: any::<i64>().prop_map(|it| Timestamp::from_microseconds(it).to_jiff());
    dates: (-9999_i16..=9999, 1_i8..=12, 1_i8..=28)
        .prop_map(|(year, month, day)| jiff::civil::date(year, month, day));
    ids: (text(), text()).prop_map(|(one, other)| (OrderId(one), OrderId(other)));
    numbered_ids: any::<i64>().prop_map(LineId);
}

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct OrderId(String);

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct LineId(i64);

#[test]
fn neighbouring_numbers() {
    neighbours(&[i8::MIN, -2, -1, 0, 1, i8::MAX]);
    neighbours(&[i64::MIN, -256, -255, -1, 0, 1, 255, 256, i64::MAX]);
    neighbours(&[0, 1, 255, 256, u64::MAX]);
    neighbours(&[None, Some(i32::MIN), Some(-1), Some(0), Some(i32::MAX)]);
}

#[test]
fn texts_around_the_end_mark() {
    let texts =
        ["", "\0", "\0\0", "\0a", "\u{1}", "a", "a\0", "a\0\0", "a\0b", "a\u{1}", "aa", "b"];
    for (one, other) in texts.iter().zip(texts.iter().skip(1)) {
        assert!(KeyBuffer::of(*one) < KeyBuffer::of(*other), "{one:?} {other:?}");
        // What follows must not tip the balance.
        let (one, other) = ((one.to_string(), u64::MAX), (other.to_string(), 0_u64));
        assert!(KeyBuffer::of(&one) < KeyBuffer::of(&other), "{one:?} {other:?}");
    }
}

/// A range over the first part of a key is a range of bytes: every key that begins with the part
/// begins with its bytes, and no other does.
#[test]
fn a_first_part_is_a_prefix() {
    let first = KeyBuffer::of("a");
    assert!(KeyBuffer::of(&("a".to_owned(), 7_u8)).starts_with(&first));
    assert!(!KeyBuffer::of(&("a\0".to_owned(), 7_u8)).starts_with(&first));
    assert!(!KeyBuffer::of(&("ab".to_owned(), 7_u8)).starts_with(&first));
}

proptest! {
    #[test]
    fn the_first_part_of_a_key_is_a_prefix_of_no_other(
        part in text(),
        key in (text(), text()),
    ) {
        let starts = KeyBuffer::of(&key).starts_with(&KeyBuffer::of(&part));
        prop_assert_eq!(starts, key.0 == part);
    }
}
