//! Waiting for a processor to be as a test wants it.
// Each test uses some of it.
#![allow(dead_code)]

use std::time::Duration;

use es_core::projection::{ProcessorState, ProjectionHandle, Status};
use es_core::testing::until;

/// Long enough for a busy machine; nothing waits so long unless it is broken.
pub const LONG: Duration = Duration::from_secs(30);

/// Waits until a processor fails, and gives its status then, and what fails.
pub async fn failure(handle: &ProjectionHandle) -> (Status, String) {
    let is_failed = |status: &Status| matches!(status.state, ProcessorState::Failed { .. });
    let status = until(handle, is_failed).await;
    let ProcessorState::Failed { reason, .. } = &status.state else { unreachable!() };
    let reason = reason.clone();
    (status, reason)
}
