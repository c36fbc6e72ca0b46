//! The other half of the trap: one `use .. as _;` brings all handlers of the crate.
#![allow(clippy::unwrap_used, missing_docs)]

use es_core::prelude::*;
use es_examples as _;

#[tokio::test]
async fn naming_the_crate_registers_its_handlers() {
    // The order app's bank is not provided here: that this is what is missing shows that its
    // handlers are there.
    let error = App::test().expects(["Order", "CreditNote"]).start().await.err().unwrap();
    let error = error.to_string();
    assert!(error.contains("Bank") && error.contains("nobody provided it"), "{error}");
    assert!(!error.contains("no handler is registered"), "{error}");
    assert!(!error.contains("is expected"), "{error}");
}
