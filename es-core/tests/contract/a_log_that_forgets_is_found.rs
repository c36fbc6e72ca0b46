//! The kill test finds a log that acknowledges what does not survive: the log in memory is one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use es_core::testing::contract;

use crate::memory_keeps_it::Memory;

#[test]
fn a_log_in_memory_does_not_survive_kill() {
    let test = "a_log_that_forgets_is_found::a_log_in_memory_does_not_survive_kill";
    // In the process that is killed this call never returns.
    let found = catch_unwind(AssertUnwindSafe(|| contract::survives_kill(Memory, test, 1)));
    let panic = found.expect_err("expected the lost events to be found");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.contains("was acknowledged and is not there"), "{message}");
}
