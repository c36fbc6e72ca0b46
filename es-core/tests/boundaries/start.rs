//! What an engine cannot do is told when the application starts, to whoever needs it.

use std::convert::Infallible;
use std::sync::Arc;

use es_core::prelude::*;
use es_core::store::EventStore;

use super::domain::*;
use super::log::MeddledLog;

#[tokio::test]
async fn a_log_without_conditions_is_refused_at_the_start_by_the_signature() {
    let log = MeddledLog::new().can_little() as Arc<dyn EventStore>;
    let starting = App::builder().store(log).only::<(take_seat, look)>().start();
    let error = starting.await.err().unwrap().to_string();
    for told in ["`TakeSeat`", "`Look`", "boundaries/domain.rs:", "conditions over tags"] {
        assert!(error.contains(told), "`{told}` is not in: {error}");
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Found {
    #[target]
    school: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Founded {
    school: String,
}

#[aggregate]
struct School {
    #[aggregate_identifier]
    school: String,
}

#[aggregate]
impl School {
    #[command_handler]
    fn found(command: Found) -> Founded {
        Founded { school: command.school }
    }

    #[event_sourcing_handler]
    fn on_founded(event: &Founded) -> Self {
        Self { school: event.school.clone() }
    }
}

/// Loads several schools.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Merge;

#[command_handler]
fn merge(_: Merge, _schools: Repository<School>) {}

/// Sends commands to several schools.
#[derive(Command, Clone, Serialize, Deserialize)]
struct FoundMany;

#[command_handler]
async fn found_many(_: FoundMany, _commands: CommandGateway) -> Result<(), Infallible> {
    Ok(())
}

#[tokio::test]
async fn a_log_without_batches_for_several_streams_is_refused_by_the_signature() {
    let log = MeddledLog::new().can_little() as Arc<dyn EventStore>;
    let handlers = App::builder().store(Arc::clone(&log));
    let starting = handlers.only::<(School, merge, found_many)>().start();
    let error = starting.await.err().unwrap().to_string();
    let lacking = "one batch for several streams";
    for told in ["`Merge`", "`FoundMany`", "boundaries/start.rs:", lacking] {
        assert!(error.contains(told), "`{told}` is not in: {error}");
    }
    assert!(!error.contains("`Found`"), "it keeps to one stream: {error}");
    let app = App::builder().store(log).only::<School>().start().await.unwrap();
    app.commands().send(Found { school: "s".to_owned() }).await.unwrap();
    let error = app.commands().send(FoundMany).await.unwrap_err();
    assert!(matches!(error, CommandError::NoHandler { .. }), "it is linked, and left out: {error}");
    assert!(error.to_string().contains("`FoundMany` is not part of this application"), "{error}");
}
