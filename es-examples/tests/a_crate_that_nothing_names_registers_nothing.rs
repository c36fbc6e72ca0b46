//! The trap of link-time registration: this program depends on the order app's crate and names
//! nothing of it, so the linker leaves it out, handlers and all. The start must say so.
#![allow(clippy::unwrap_used, missing_docs)]

use es_core::prelude::*;

#[tokio::test]
async fn the_start_fails_and_says_what_to_write() {
    let error = App::test().start().await.err().unwrap().to_string();
    assert!(error.contains("no handler is registered"), "{error}");
    assert!(error.contains("a crate that nothing names is not linked"), "{error}");
    assert!(error.contains("use your_domain as _;"), "{error}");
    assert!(error.contains(".with::<YourAggregate>()"), "{error}");
}
