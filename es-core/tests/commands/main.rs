//! Stories of the command path: what a caller may rely on, from the turn to the answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod answers;
mod bad_input;
mod barriers;
mod callers_gone;
mod contention;
mod deadlines;
mod domain;
mod effects_and_failures;
mod limits;
mod loading;
#[path = "../common/logs/mod.rs"]
mod logs;
mod members;
mod pipelining;
mod repetitions;
mod shapes;
mod shutdown;
mod stale_copies;
mod start;

use std::sync::Arc;

use es_core::prelude::*;

use domain::{ManualScale, Scale, Shelf};

/// An application in memory with a scale that answers nothing by itself.
pub async fn app() -> App {
    let (scale, _) = ManualScale::new();
    app_with(scale).await
}

pub async fn app_with(scale: Arc<dyn Scale>) -> App {
    App::test().with::<Shelf>().provide::<dyn Scale>(scale).start().await.unwrap()
}

/// Polls a future once.
pub fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(future).poll(&mut context) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}
