#![deny(warnings)]
use std::convert::Infallible;

use es_core::prelude::*;

macro_rules! commands {
    ($($name:ident)*) => { $(
        #[derive(Command, Clone, Serialize, Deserialize)]
        pub struct $name { pub amount: u64 }
    )* };
}

commands! { Count Note Add Ask Fail Later Retried Printed Borrowed Hidden Narrow Ping Pong }

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Targeted {
    #[target]
    id: String,
}

type Decided<T> = Result<T, std::fmt::Error>;
pub trait Meter: Send + Sync {}

#[command_handler]
fn count(command: Count) -> Result<u64, Infallible> {
    Ok(command.amount)
}
#[command_handler]
fn note(_: &Note) {}
#[command_handler]
pub fn add(command: Add, id: CommandId, meter: &Inject<dyn Meter>) -> Decided<u64> {
    let _ = (id, meter);
    Ok(command.amount)
}
#[command_handler]
fn ask(
    command: &Ask,
    mut at: Timestamp,
    metadata: &mut Metadata,
) -> std::result::Result<(), Infallible> {
    at = at.max(at);
    let _ = (command, at, metadata);
    Ok(())
}
#[command_handler]
fn fail(_: Fail) -> Result<u8, HandlerError<std::fmt::Error>> {
    std::fs::read("/nowhere").map_err(Fault::from)?;
    Err(std::fmt::Error)?
}
#[command_handler]
async fn later(command: Later, meter: Inject<dyn Meter>) -> Result<String, std::fmt::Error> {
    std::future::ready(meter).await;
    Ok(command.amount.to_string())
}
#[command_handler(retry)]
pub(crate) async fn retried(_: &Retried, _meter: Inject<dyn Meter>) {
    std::future::ready(()).await;
}
#[command_handler(retry)]
fn printed(_: Printed, _meter: Inject<dyn Meter>) {}
#[command_handler]
fn borrowed<'a>(command: &'a Borrowed, metadata: &'a Metadata) {
    let _ = (command, metadata);
}
#[command_handler]
async fn targeted(command: Targeted) -> Decided<String> {
    Ok(command.id)
}
#[cfg(any())]
#[command_handler]
fn hidden(_: Hidden, _: Unknown) {}
#[command_handler]
async fn ping(
    command: Ping,
    gateway: Inject<CommandGateway>,
) -> Result<(), HandlerError<Infallible>> {
    Ok(gateway.send(Pong { amount: command.amount }).await.map_err(HandlerError::nested)?)
}
#[command_handler]
async fn pong(
    command: Pong,
    gateway: Inject<CommandGateway>,
) -> Result<(), HandlerError<Infallible>> {
    Ok(gateway.send(Ping { amount: command.amount }).await.map_err(HandlerError::nested)?)
}

mod inner {
    use super::*;

    #[command_handler]
    pub(super) fn narrow(_: Narrow) {}
}

async fn send(gateway: CommandGateway) {
    let _: Result<u64, CommandError<Infallible>> = gateway.send(Count { amount: 1 }).await;
    let _: Result<u64, CommandError<std::fmt::Error>> = gateway.send(Add { amount: 1 }).await;
    let _: Result<u8, CommandError<std::fmt::Error>> = gateway.send(Fail { amount: 1 }).await;
    let _: Result<(), CommandError<Infallible>> = gateway.send(Ping { amount: 1 }).await;
    let _: Result<(), CommandError<Infallible>> = gateway.send::<note, _>(Note { amount: 1 }).await;
}

fn main() {
    // Handlers stay functions.
    note(&Note { amount: 1 });
    inner::narrow(Narrow { amount: 1 });
    let _ = App::test().with::<(count, note, add, inner::narrow)>().only::<later>();
    let _ = send;
}
