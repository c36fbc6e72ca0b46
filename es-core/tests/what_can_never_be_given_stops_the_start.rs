//! A handler whose parameters can never be given stops the start, not its first message.
#![allow(clippy::unwrap_used, missing_docs)]

use std::convert::Infallible;
use std::sync::Arc;

use es_core::context::{Context, FromContext, Resources};
use es_core::event::{CommandId, Position, Sequence, Timestamp};
use es_core::prelude::*;
use es_core::registry::Component;

#[derive(Event, Serialize, Deserialize)]
pub struct Opened {
    id: String,
}

#[aggregate]
pub struct Hotel {
    #[aggregate_identifier]
    id: String,
}

#[aggregate]
impl Hotel {
    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { id: event.id.clone() }
    }
}

#[derive(Event, Serialize, Deserialize)]
pub struct Billed {
    id: String,
}

#[aggregate]
pub struct Invoice {
    #[aggregate_identifier]
    id: String,
}

#[aggregate]
impl Invoice {
    #[event_sourcing_handler]
    fn on_billed(event: &Billed) -> Self {
        Self { id: event.id.clone() }
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct BillStay {
    id: String,
}

#[command_handler]
async fn bill_stay(
    command: BillStay,
    hotels: Repository<Hotel>,
    invoices: Repository<Invoice>,
) -> Result<(), HandlerError<Infallible>> {
    let hotel = hotels.load(&command.id).await?;
    invoices.create(&hotel.id, Billed { id: hotel.id.clone() })?;
    Ok(())
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Number {}

#[command_handler]
fn number(_: Number, _of: &StreamId, _sequence: Sequence, _at: Position) -> Result<(), Infallible> {
    Ok(())
}

#[event_handler]
fn notes(_: &Opened, _id: &CommandId, _of: &StreamId, _sequence: Sequence, _at: Position) {}

#[derive(Query, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct HowMany {}

#[query_handler]
fn how_many(_: &HowMany, at: Position) -> u64 {
    at.0
}

async fn refused<C: Component>() -> String {
    App::test().only::<C>().start().await.err().unwrap().to_string()
}

#[tokio::test]
async fn an_aggregate_that_is_not_part_of_the_application() {
    let error = refused::<(Hotel, bill_stay)>().await;
    assert!(error.starts_with("the handler of command `BillStay` ("), "{error}");
    assert!(error.contains("what_can_never_be_given_stops_the_start.rs:"), "{error}");
    assert!(error.contains("aggregate `Invoice` is not part of this application"), "{error}");
    let remedy = format!("add `.only::<{}>()`", std::any::type_name::<Invoice>());
    assert!(error.ends_with(&remedy), "{error}");
    assert!(App::test().only::<(Hotel, bill_stay, Invoice)>().start().await.is_ok());
}

#[tokio::test]
async fn the_place_of_an_event_in_a_command_handler() {
    let error = refused::<number>().await;
    for parameter in ["StreamId", "Sequence", "Position"] {
        let text = format!("takes `{parameter}`, which only event handlers are given; leave it");
        assert!(error.contains(&text), "{error}");
    }
    assert!(error.contains("the handler of command `Number` ("), "{error}");
}

#[tokio::test]
async fn the_id_of_a_command_in_an_event_handler() {
    let error = refused::<notes>().await;
    assert!(error.starts_with("event handler `notes` ("), "{error}");
    let text = "takes `CommandId`, which only command handlers are given; take `&Metadata`";
    assert!(error.contains(text), "{error}");
    assert!(!error.contains("`Sequence`") && !error.contains("`Position`"), "{error}");
}

#[tokio::test]
async fn the_place_of_an_event_in_a_query_handler() {
    let error = refused::<how_many>().await;
    assert!(error.starts_with("query handler `how_many` ("), "{error}");
    let text = "takes `Position`, which only event handlers are given; let an event handler";
    assert!(error.contains(text), "{error}");
}

#[test]
fn a_handler_called_by_hand_is_told_whose_parameter_it_is() {
    let context = Context::detached(Timestamp::MIN, Arc::new(Resources::default()));
    let error = Sequence::from_context(&context).unwrap_err().to_string();
    assert!(error.ends_with("it belongs to the handler of an aggregate's event"), "{error}");
}
