//! What a handler sees of its aggregate, told by its signature alone.

mod deletion;
pub mod domain;
mod pairs;
mod recorded;
mod versions;

use es_core::prelude::*;

use domain::Account;

async fn start() -> (App, CommandGateway) {
    let app = App::test().only::<Account>().start().await.unwrap();
    let commands = app.commands();
    (app, commands)
}
