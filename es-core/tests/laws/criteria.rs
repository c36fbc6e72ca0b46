//! Criteria combine as the words say: both, one or the other.

use es_core::event::Tag;
use es_core::prelude::*;
use es_core::store::Criterion;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const KEYS: [&str; 3] = ["course", "student", "room"];
const NAMES: [&str; 3] = ["SeatTaken", "SeatGivenBack", "CourseMoved"];

fn tag() -> impl Strategy<Value = Tag> {
    (select(&KEYS), 0..2_u8).prop_map(|(key, value)| Tag::new(key, value.to_string()))
}

fn criteria() -> impl Strategy<Value = Criteria> {
    let names = vec(select(&NAMES).prop_map(str::to_owned), 0..3);
    let criterion = (vec(tag(), 0..3), names).prop_map(|(tags, names)| Criterion { tags, names });
    vec(criterion, 0..4).prop_map(Criteria)
}

proptest! {
    #[test]
    fn both_match_where_each_does(
        one in criteria(), two in criteria(), name in select(&NAMES), tags in vec(tag(), 0..4),
    ) {
        let matches = |criteria: &Criteria| criteria.matches(name, |tag| tags.contains(tag));
        let (first, second) = (matches(&one), matches(&two));
        prop_assert_eq!(matches(&one.clone().and(two.clone())), first && second);
        prop_assert_eq!(matches(&one.or(two)), first || second);
    }
}

#[test]
fn a_tag_without_a_value_matches_nothing() {
    let absent: Option<String> = None;
    assert!(!Criteria::tag("email", &absent).matches("CustomerRegistered", |_| true));
    assert!(!Criteria::default().matches("CustomerRegistered", |_| true));
    assert!(Criteria::tag("email", "a@b").matches("CustomerRegistered", |_| true));
}
