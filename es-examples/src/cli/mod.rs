//! The command line: one file per group of commands, each turning arguments into an [`Output`].

mod arguments;
mod change;
mod demo;
mod failure;
mod import;
mod inspect;
mod list;
mod output;
mod paper;
mod place;
mod progress;
mod register;
mod report;
mod shop;
mod table;

pub use arguments::{Action, Arguments};
pub use failure::Failure;
pub use output::Output;

use place::Place;
use shop::Shop;

/// Where every command finds what another one stored.
const STORE: &str = "sqlite:data/orders.db";

/// Carries out what the arguments ask for and prints it; the error says what to print and which
/// exit code to end with.
///
/// # Errors
/// [`Failure`] for faults, rejections, and arguments that make no sense.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let place = Place::of(arguments.store.as_deref().unwrap_or(STORE))?;
    let action = match arguments.action {
        Some(Action::Import(ref import)) => {
            return import::run(&place, arguments.json, import).await;
        }
        ref other => other.as_ref(),
    };
    if action.is_some_and(|action| !action.begins_a_store()) {
        place.must_be_whole()?;
        place.must_exist()?;
    }
    let shop = Shop::open(&place).await?;
    let answered = match action {
        Some(action) => answer(&shop, action).await,
        None => demo::run(&shop).await,
    };
    // Also after a failure: what was accepted is stored either way, but the read side would have
    // to catch up at the next start.
    let closed = shop.close().await;
    answered?.print(arguments.json)?;
    closed
}

async fn answer(shop: &Shop, action: &Action) -> Result<Output, Failure> {
    match action {
        Action::Register(register) => register::run(shop, register).await,
        Action::Place(place) => change::place(shop, place).await,
        Action::AddItem(add) => change::add_item(shop, add).await,
        Action::Confirm(named) => change::confirm(shop, named).await,
        Action::Pay(named) => change::pay(shop, named).await,
        Action::Ship(named) => change::ship(shop, named).await,
        Action::Cancel(named) => change::cancel(shop, named).await,
        Action::Show(show) => inspect::show(shop, show).await,
        Action::History(history) => inspect::history(shop, &history.number).await,
        Action::List(list) => list::run(shop, list).await,
        Action::Report(report) => report::run(shop, report).await,
        Action::Import(_) => Err(Failure::Usage("an import opens its own store".to_owned())),
    }
}
