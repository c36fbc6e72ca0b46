//! A commit token travels as text, and waiting for two is waiting for both.

use es_core::event::{Partition, Position};
use es_core::store::CommitToken;
use proptest::collection::vec;
use proptest::prelude::*;

fn token() -> impl Strategy<Value = CommitToken> {
    vec((0_u32..5, any::<u64>()), 0..6).prop_map(|parts| {
        parts.into_iter().fold(CommitToken::default(), |token, (partition, position)| {
            token.merge(&CommitToken::new(Partition(partition), Position(position), Vec::new()))
        })
    })
}

proptest! {
    #[test]
    fn the_text_form_is_read_as_the_same_token(token in token()) {
        let text = token.to_string();
        prop_assert_eq!(text.parse::<CommitToken>().unwrap(), token);
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
    }

    #[test]
    fn what_can_be_read_at_all_is_read_the_same_again(
        text in "[0-3]:[0-9]{1,2}(,[0-3]:[0-9]{1,2}){0,4}",
    ) {
        let token: CommitToken = text.parse().unwrap();
        prop_assert_eq!(token.to_string().parse::<CommitToken>().unwrap(), token);
    }

    #[test]
    fn a_partition_named_twice_means_its_later_position(
        one in any::<u64>(),
        other in any::<u64>(),
    ) {
        let token: CommitToken = format!("0:{one},0:{other}").parse().unwrap();
        prop_assert_eq!(token.positions(), &[(Partition(0), Position(one.max(other)))]);
    }

    #[test]
    fn other_texts_are_refused(text in "[a-z0-9:,. -]{1,8}") {
        let is_list = text.split(',').filter(|part| !part.is_empty()).all(|part| {
            part.split_once(':').is_some_and(|(partition, position)| {
                partition.parse::<u32>().is_ok() && position.parse::<u64>().is_ok()
            })
        });
        prop_assert_eq!(text.parse::<CommitToken>().is_ok(), is_list);
    }

    #[test]
    fn joining_waits_for_both(one in token(), other in token()) {
        let both = one.clone().merge(&other);
        for partition in (0..5).map(Partition) {
            let later = one.position(partition).max(other.position(partition));
            prop_assert_eq!(both.position(partition), later);
        }
        let turned = other.clone().merge(&one);
        prop_assert_eq!(both.positions(), turned.positions());
        prop_assert!(both.positions().is_sorted());
        prop_assert_eq!(one.clone().merge(&one), one);
    }
}
