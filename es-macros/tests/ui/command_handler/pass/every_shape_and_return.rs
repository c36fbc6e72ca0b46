//! Every shape of a command handler, every set of events, also through an alias.
#![allow(dead_code)]

use es_core::prelude::*;
use std::convert::Infallible;

macro_rules! commands {
    ($($name:ident)*) => { $(
        #[derive(Command, Clone, Serialize, Deserialize)]
        pub struct $name {
            #[target]
            pub id: String,
        }
    )* };
}

commands! {
    Create One Maybe Many Array Pair Deep Nothing Enum Explicit Aliased AliasedDeep Faulty
    MayCreate Apply ApplyNothing ApplyFaulty ApplyAliased Place Later LaterRetried Borrowed Unit
}

#[derive(Event, Serialize, Deserialize)]
pub struct Made(String);

#[derive(Event, Serialize, Deserialize)]
pub struct Changed;

type Decided<T> = Result<T, std::fmt::Error>;

#[aggregate]
pub struct Thing {
    #[aggregate_identifier]
    id: String,
}

#[aggregate]
impl Thing {
    #[command_handler]
    fn create(command: Create) -> Result<Made, std::fmt::Error> {
        Ok(Made(command.id))
    }
    #[command_handler]
    fn one(&self, _: One) -> Changed {
        Changed
    }
    #[command_handler]
    fn maybe(&self, _: Maybe) -> Option<Changed> {
        None
    }
    #[command_handler]
    fn many(&self, _: Many) -> Result<Vec<ThingEvent>, std::fmt::Error> {
        Ok(vec![Changed.into(), Changed.into()])
    }
    #[command_handler]
    fn array(&self, _: Array) -> [Changed; 2] {
        [Changed, Changed]
    }
    #[command_handler]
    fn pair(&self, _: Pair) -> (Changed, Option<Changed>) {
        (Changed, None)
    }
    #[command_handler]
    fn deep(
        &self,
        _: Deep,
    ) -> std::result::Result<(Changed, (Vec<Changed>, [ThingEvent; 1])), std::fmt::Error> {
        Err(std::fmt::Error)
    }
    #[command_handler]
    fn nothing(&self, _: Nothing) {}
    #[command_handler]
    fn unit(&self, _: Unit) -> Result<(), std::fmt::Error> {
        Ok(())
    }
    #[command_handler]
    fn enumerated(&self, _: Enum) -> ThingEvent {
        Changed.into()
    }
    #[command_handler]
    fn explicit(&self, _: Explicit) -> Result<Changed, Infallible> {
        Ok(Changed)
    }
    #[command_handler]
    fn aliased(&self, _: Aliased) -> Decided<Changed> {
        Ok(Changed)
    }
    #[command_handler]
    fn aliased_deep(&self, _: AliasedDeep) -> Decided<Option<(Changed, Changed)>> {
        Ok(None)
    }
    #[command_handler]
    fn faulty(&self, _: Faulty) -> Result<Changed, HandlerError<std::fmt::Error>> {
        std::fs::read("/nowhere").map_err(Fault::from)?;
        Err(std::fmt::Error)?
    }
    #[command_handler(create_if_missing)]
    fn may_create(thing: Option<&Self>, command: MayCreate) -> Option<Made> {
        thing.is_none().then(|| Made(command.id))
    }
    #[command_handler]
    fn apply(thing: &mut Root<Self>, command: Apply) -> Result<String, std::fmt::Error> {
        thing.apply(Changed).apply(Changed);
        Ok(command.id)
    }
    #[command_handler]
    fn apply_nothing(thing: &mut Root<Thing>, _: ApplyNothing) {
        thing.apply(Changed);
    }
    #[command_handler]
    fn apply_faulty(
        _thing: &mut Root<Self>,
        _: ApplyFaulty,
    ) -> Result<u8, HandlerError<std::fmt::Error>> {
        Err(Fault::new("down"))?
    }
    #[command_handler]
    fn apply_aliased(thing: &mut Root<Self>, _: &ApplyAliased) -> Decided<usize> {
        Ok(thing.id.len())
    }
    #[command_handler]
    fn place(place: &mut Slot<Self>, command: &Place) -> Result<bool, Infallible> {
        let is_new = place.get().is_none();
        if is_new {
            place.apply(Made(command.id.clone()));
        }
        place.apply(Changed);
        Ok(is_new)
    }
    #[command_handler]
    async fn later(&self, _: Later, at: Timestamp) -> Decided<Changed> {
        std::future::ready(at).await;
        Ok(Changed)
    }
    #[command_handler(retry)]
    async fn later_retried(
        thing: &mut Root<Self>,
        command: &LaterRetried,
        mut id: CommandId,
        metadata: &Metadata,
        at: &mut Timestamp,
    ) -> Result<(), HandlerError<std::fmt::Error>> {
        id = std::future::ready(id).await;
        let _ = (command, id, metadata, at);
        thing.apply(Changed);
        Ok(())
    }
    #[command_handler]
    fn borrowed<'a>(&'a self, command: &'a Borrowed) -> Option<Made> {
        let _: [&'a str; 2] = [&self.id, &command.id];
        None
    }

    #[event_sourcing_handler]
    fn on_made(event: &Made) -> Self {
        Self { id: event.0.clone() }
    }
    #[event_sourcing_handler]
    fn on_changed(&mut self, _: &Changed) {}
}

async fn send(gateway: CommandGateway) {
    let id = String::new;
    let _: Result<(), CommandError<std::fmt::Error>> = gateway.send(Create { id: id() }).await;
    let _: Result<(), CommandError<Infallible>> = gateway.send(Maybe { id: id() }).await;
    let _: Result<(), CommandError<std::fmt::Error>> = gateway.send(Aliased { id: id() }).await;
    let _: Result<String, CommandError<std::fmt::Error>> = gateway.send(Apply { id: id() }).await;
    let _: Result<u8, CommandError<std::fmt::Error>> = gateway.send(ApplyFaulty { id: id() }).await;
    let _: Result<usize, CommandError<std::fmt::Error>> =
        gateway.send(ApplyAliased { id: id() }).await;
    let _: Result<bool, CommandError<Infallible>> = gateway.send(Place { id: id() }).await;
}

fn main() {}
