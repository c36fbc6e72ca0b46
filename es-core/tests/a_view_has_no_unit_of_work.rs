//! What belongs to a command's unit of work is refused to other handlers when the application
//! starts.
#![allow(clippy::unwrap_used, missing_docs)]

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize)]
struct Happened {}

#[event_handler]
fn reacts(_: &Happened, _commands: CommandGateway) {}

#[tokio::test]
async fn an_event_handler_that_takes_a_gateway_is_told_at_the_start() {
    let error = App::test().start().await.err().unwrap().to_string();
    assert!(error.contains("event handler `reacts`"), "{error}");
    assert!(error.contains("a_view_has_no_unit_of_work.rs:"), "{error}");
    assert!(error.contains("only the handlers of commands have a unit of work"), "{error}");
}
