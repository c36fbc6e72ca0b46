use std::fmt;

use super::check::Verdict;
use super::log::World;
use crate::future::BoxFuture;

/// One promise of the contract.
#[derive(Clone, Copy)]
pub struct Promise {
    /// What it is about.
    pub class: &'static str,
    /// The promise as a sentence, with underscores.
    pub name: &'static str,
    pub(super) check: for<'a> fn(&'a World) -> BoxFuture<'a, Verdict>,
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.name.replace('_', " "))
    }
}

impl fmt::Debug for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Promise({self})")
    }
}

/// Lists the promises of one class: async functions from `&World` to `Verdict`.
macro_rules! promises {
    ($class:literal: $($name:ident),+ $(,)?) => {
        pub(in crate::testing::contract) const PROMISES: &[$crate::testing::contract::Promise] =
            &[$($crate::testing::contract::Promise {
                class: $class,
                name: stringify!($name),
                check: |world| Box::pin($name(world)),
            }),+];
    };
}

pub(super) use promises;
