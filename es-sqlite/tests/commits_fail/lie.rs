//! The judge of answers finds each kind of lie.

use es_core::event::{CommandId, EventId, Sequence};
use es_core::store::{AppendError, BatchFate, Committed, Expected};

use crate::group::{Told, lie};
use crate::support::order;

fn told(answer: Result<Committed, AppendError>, events: usize) -> Told {
    let fate = BatchFate::pending();
    if answer.is_ok() {
        fate.commit()
    } else {
        fate.undo()
    }
    let events = (0..events).map(|_| EventId::generate()).collect();
    Told { name: "it", events, command: None::<CommandId>, rests_on: None, fate, answer }
}

pub fn stored_is_not_there() {
    let found = lie(&[told(Ok(Committed::nothing()), 1)], &[], true);
    assert_eq!(found.unwrap(), "`it` was told stored and is not there");
}

pub fn refused_is_there() {
    let one = told(Err(AppendError::Busy), 1);
    let event = crate::support::recorded(one.events[0], &order("a"), Sequence(0));
    let found = lie(&[one], &[event], true).unwrap();
    assert!(found.ends_with("and is there"), "{found}");
}

pub fn a_rejection_rests_on_nothing() {
    let conflict = AppendError::Conflict {
        stream: order("a"),
        expected: Expected::NoStream,
        actual: Some(Sequence(0)),
    };
    let found = lie(&[told(Err(conflict), 1)], &[], true);
    assert_eq!(found.unwrap(), "`it` conflicts with events that are not there");
}

pub fn half_of_it_is_there() {
    let one = told(Ok(Committed::nothing()), 2);
    let event = crate::support::recorded(one.events[0], &order("a"), Sequence(0));
    assert_eq!(lie(&[one], &[event], true).unwrap(), "`it` is stored in part");
}

pub fn in_doubt_without_need() {
    let unknown = AppendError::OutcomeUnknown { reason: "nobody looked".to_owned() };
    let found = lie(&[told(Err(unknown), 1)], &[], false).unwrap();
    assert!(found.starts_with("`it` could have been resolved"), "{found}");
}

pub fn rejected_for_what_is_in_doubt() {
    let unknown = AppendError::OutcomeUnknown { reason: "nobody can look".to_owned() };
    let base = Told { name: "a", ..told(Err(unknown), 1) };
    let conflict = AppendError::Conflict {
        stream: order("a"),
        expected: Expected::NoStream,
        actual: Some(Sequence(0)),
    };
    let event = crate::support::recorded(base.events[0], &order("a"), Sequence(0));
    let rejected = Told { name: "rejected", ..told(Err(conflict), 1) };
    let found = lie(&[base, rejected], &[event], true).unwrap();
    assert!(found.ends_with("`a` is in doubt"), "{found}");
}
