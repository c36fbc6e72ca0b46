//! The promises, by class.

mod append;
mod closing;
mod command_memory;
mod conditions;
mod dropped_futures;
mod expectations;
mod filters;
mod foreign_writers;
mod groups;
mod identity;
mod judgement;
mod moments;
pub(super) mod numbers;
mod pages;
mod pipelining;
mod places;
mod readers;
mod repetitions;
mod restart;
mod snapshots;
mod source;
mod streams;
mod tags;
mod tail;
mod tenants;
mod time;
mod wake_ups;

use super::Promise;

/// All promises, in the order of the contract.
pub(super) fn all() -> impl Iterator<Item = &'static Promise> {
    let classes: [&'static [Promise]; 27] = [
        append::PROMISES,
        expectations::PROMISES,
        numbers::PROMISES,
        groups::PROMISES,
        pipelining::PROMISES,
        command_memory::PROMISES,
        repetitions::PROMISES,
        conditions::PROMISES,
        judgement::PROMISES,
        source::PROMISES,
        tags::PROMISES,
        streams::PROMISES,
        pages::PROMISES,
        filters::PROMISES,
        readers::PROMISES,
        wake_ups::PROMISES,
        tail::PROMISES,
        identity::PROMISES,
        tenants::PROMISES,
        time::PROMISES,
        moments::PROMISES,
        places::PROMISES,
        dropped_futures::PROMISES,
        closing::PROMISES,
        restart::PROMISES,
        foreign_writers::PROMISES,
        snapshots::PROMISES,
    ];
    classes.into_iter().flatten()
}
