use std::ops::Range;
use std::path::{Path, PathBuf};

use es_core::event::Tag;
use es_core::store::{Append, Appended, EventStore, NewEvent};
use es_sqlite::SqliteLog;

use super::orders::{EVENTS_PER_ORDER, event, scatter};
use crate::Failure;

/// Events handed over as one batch while a log grows.
const BATCH: usize = 16;
/// Batches under way at once.
const AT_ONCE: usize = 4_096;
/// Orders that are alive at the same time: fewer than the writer remembers the versions of, and
/// so many that no two events of one order are on the same page.
const ALIVE: u64 = 30_000;

/// A log that grows, with the engine's own rows, as long as it is asked to.
pub(crate) struct Grown {
    path: PathBuf,
    events: u64,
    /// The tags that every event of an order gets.
    tags_of: fn(u64) -> Vec<Tag>,
}

impl Grown {
    /// A log of which nothing is there yet.
    pub(crate) fn new(path: PathBuf, tags_of: fn(u64) -> Vec<Tag>) -> Self {
        Self { path, events: 0, tags_of }
    }

    /// Appends new orders until there are `events`.
    pub(crate) async fn until(&mut self, events: u64) -> Result<&Path, Failure> {
        // Nothing of it has to survive a power cut, and the index stays in memory.
        let options = "unsafe_synchronous=off&page_cache_kib=262144";
        let log = SqliteLog::open_url(&format!("sqlite:{}?{options}", self.path.display()))?;
        let orders = self.events / EVENTS_PER_ORDER..events / EVENTS_PER_ORDER;
        for first in orders.clone().step_by(ALIVE as usize) {
            self.append(&log, first..orders.end.min(first + ALIVE)).await?;
        }
        log.close().await;
        self.events = events;
        Ok(&self.path)
    }

    /// Appends all events of some orders, scattered: every order gets its next event before any
    /// gets the one after.
    async fn append(&self, log: &SqliteLog, orders: Range<u64>) -> Result<(), Failure> {
        let mut answers = Vec::with_capacity(AT_ONCE);
        let mut batch = Append::default();
        for sequence in 0..EVENTS_PER_ORDER {
            for place in Pass::new(sequence, orders.end - orders.start).places() {
                let order = orders.start + place;
                let event = event(order, sequence)?;
                batch.events.push(NewEvent { tags: (self.tags_of)(order), ..event });
                if batch.events.len() == BATCH {
                    answers.push(log.reserve(None).await?.append(std::mem::take(&mut batch)));
                }
                if answers.len() == AT_ONCE {
                    settle(&mut answers).await?;
                }
            }
        }
        answers.push(log.reserve(None).await?.append(batch));
        settle(&mut answers).await
    }
}

async fn settle(answers: &mut Vec<Appended>) -> Result<(), Failure> {
    for answer in answers.drain(..) {
        answer.await?;
    }
    Ok(())
}

/// An order in which all orders get one event: another one for each event.
struct Pass {
    orders: u64,
    begin: u64,
    stride: u64,
}

impl Pass {
    fn new(sequence: u64, orders: u64) -> Self {
        // A stride that has no factor in common with the number of orders reaches all of them.
        let strides = scatter(sequence) % orders..;
        let stride = strides.into_iter().find(|it| greatest_common_divisor(*it, orders) == 1);
        Self { orders, begin: scatter(!sequence) % orders, stride: stride.unwrap_or(1) }
    }

    fn places(self) -> impl Iterator<Item = u64> {
        (0..self.orders).map(move |n| (self.begin + n * self.stride) % self.orders)
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_order_gets_each_of_its_events_once() {
        for sequence in 0..EVENTS_PER_ORDER {
            let orders: BTreeSet<u64> = Pass::new(sequence, 9_000).places().collect();
            assert_eq!(orders.len(), 9_000);
        }
    }
}
