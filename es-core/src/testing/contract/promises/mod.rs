//! The promises, by class.

mod append;
mod closing;
mod command_memory;
mod conditions;
mod expectations;
mod foreign_writers;
mod groups;
mod identity;
pub(super) mod numbers;
mod pages;
mod pipelining;
mod places;
mod readers;
mod restart;
mod source;
mod streams;
mod tenants;
mod time;
mod wake_ups;

use super::Promise;

/// All promises, in the order of the contract.
pub(super) fn all() -> impl Iterator<Item = &'static Promise> {
    let classes: [&'static [Promise]; 19] = [
        append::PROMISES,
        expectations::PROMISES,
        numbers::PROMISES,
        groups::PROMISES,
        pipelining::PROMISES,
        command_memory::PROMISES,
        conditions::PROMISES,
        source::PROMISES,
        streams::PROMISES,
        pages::PROMISES,
        readers::PROMISES,
        wake_ups::PROMISES,
        identity::PROMISES,
        tenants::PROMISES,
        time::PROMISES,
        places::PROMISES,
        closing::PROMISES,
        restart::PROMISES,
        foreign_writers::PROMISES,
    ];
    classes.into_iter().flatten()
}
