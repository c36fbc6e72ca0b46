//! Moments keep their microseconds on every way out and in.

use es_core::event::Timestamp;
use proptest::prelude::*;

const LATEST: i64 = 253_402_207_200_000_000;

proptest! {
    #[test]
    fn the_text_form_is_read_as_the_same_moment(microseconds in any::<i64>()) {
        let moment = Timestamp::from_microseconds(microseconds);
        let text = moment.to_string();
        prop_assert!(text.ends_with('Z'), "{}", text);
        prop_assert_eq!(text.parse::<Timestamp>().unwrap(), moment);
    }

    #[test]
    fn json_is_read_as_the_same_moment(microseconds in any::<i64>()) {
        let moment = Timestamp::from_microseconds(microseconds);
        let json = serde_json::to_string(&moment).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), moment);
    }

    #[test]
    fn microseconds_are_kept_within_the_years_that_can_be_shown(
        microseconds in Timestamp::MIN.as_microseconds()..=LATEST,
    ) {
        let moment = Timestamp::from_microseconds(microseconds);
        prop_assert_eq!(moment.as_microseconds(), microseconds);
        prop_assert_eq!(moment.to_jiff().as_microsecond(), microseconds);
    }

    #[test]
    fn moments_beyond_are_cut_and_keep_their_order(one in any::<i64>(), other in any::<i64>()) {
        let (first, last) = (one.min(other), one.max(other));
        prop_assert!(Timestamp::from_microseconds(first) <= Timestamp::from_microseconds(last));
    }

    #[test]
    fn nanoseconds_are_cut_and_keep_their_order(
        second in -1_000_000_000_i64..1_000_000_000,
        nanoseconds in (0_i32..1_000_000_000, 0_i32..1_000_000_000),
    ) {
        let moment = |nanosecond| jiff::Timestamp::new(second, nanosecond).unwrap();
        let (one, other) = (moment(nanoseconds.0), moment(nanoseconds.1));
        let (cut_one, cut_other) = (Timestamp::from(one), Timestamp::from(other));
        prop_assert!(one <= other || cut_one >= cut_other);
        prop_assert!(one >= other || cut_one <= cut_other);
        prop_assert!((one.as_nanosecond() - cut_one.to_jiff().as_nanosecond()).abs() < 1_000);
    }
}

#[test]
fn the_first_and_the_last_moment_can_be_shown() {
    for edge in [i64::MIN, i64::MAX] {
        let moment = Timestamp::from_microseconds(edge);
        assert_ne!(moment.to_jiff(), jiff::Timestamp::UNIX_EPOCH, "{edge}");
        assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
    }
    assert_eq!(Timestamp::from_microseconds(i64::MIN), Timestamp::MIN);
}
