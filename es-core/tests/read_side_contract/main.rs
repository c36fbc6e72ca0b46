//! The read side's contract: memory keeps it, and the suite finds planted bugs.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod broken;
mod overlay_law;

use std::sync::Arc;

use es_core::fault::Fault;
use es_core::projection::{MemoryReadSide, ReadSide};
use es_core::testing::contract::{ReadSideHarness, read_side, read_side_report};

use broken::{Broken, Bug};

/// Read sides in memory, with a bug or without.
struct Memory(Option<Bug>);

impl ReadSideHarness for Memory {
    fn open(&self, _name: &str) -> Result<Arc<dyn ReadSide>, Fault> {
        let sound = MemoryReadSide::new();
        Ok(match self.0 {
            None => Arc::new(sound),
            Some(bug) => Arc::new(Broken::new(sound, bug)),
        })
    }

    fn is_durable(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn the_read_side_in_memory_keeps_the_contract() {
    read_side(Memory(None)).await;
}

#[tokio::test]
async fn each_planted_bug_is_found_by_the_promise_it_breaks() {
    for (bug, promise) in [
        (Bug::ShowsBatchesEarly, "nobody_sees_a_batch_before_its_commit"),
        (Bug::KeepsUndoneEvents, "an_events_writes_are_undone_alone"),
        (Bug::MixesTenants, "tenants_do_not_see_one_another"),
        (Bug::MixesVersions, "versions_do_not_see_one_another"),
        (Bug::ForgetsOrder, "an_index_orders_by_its_value_and_then_by_key"),
        (Bug::OverwritesBlindly, "a_row_that_two_batches_changed_is_a_conflict_for_the_later"),
        (Bug::TrustsEveryToken, "a_token_that_somebody_else_moved_refuses_the_whole_batch"),
        (Bug::MovesTokenFirst, "a_dropped_batch_does_not_move_the_token"),
        (Bug::ReadsPresentInSnapshots, "a_snapshot_stays_as_it_was"),
        (Bug::WritesInSnapshots, "a_write_in_a_snapshot_fails"),
    ] {
        let report = read_side_report(Memory(Some(bug))).await;
        let found = report.broken().any(|(name, _)| name == promise);
        assert!(found, "{bug:?} breaks `{promise}` and was not found:\n{report}");
    }
}
