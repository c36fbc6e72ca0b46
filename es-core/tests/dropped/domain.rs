//! Accounts, with a handler of every shape that waits somewhere.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use es_core::command::CommandError;
use es_core::future::BoxFuture;
use es_core::prelude::*;

use super::waiting_log::waits;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Open {
    #[target]
    pub account: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Deposit {
    #[target]
    pub account: String,
    pub amount: i64,
}

/// Takes a fee with it, so that there are two events; answers the balance.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Withdraw {
    #[target]
    pub account: String,
    pub amount: i64,
}

/// Asks the bank in the middle of its work.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Appraise {
    #[target]
    pub account: String,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Opened {
    pub account: String,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Moved {
    pub amount: i64,
}

/// Belongs to no account.
#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Noted {
    #[tag]
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("there is not so much money on the account")]
pub struct Overdrawn;

/// Somebody outside.
pub trait Bank: Send + Sync {
    fn ask(&self) -> BoxFuture<'_, ()>;
}

/// Takes its time, and counts who asked.
#[derive(Default)]
pub struct SlowBank(AtomicUsize);

impl SlowBank {
    pub fn was_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

impl Bank for SlowBank {
    fn ask(&self) -> BoxFuture<'_, ()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(waits())
    }
}

#[aggregate]
pub struct Account {
    #[aggregate_identifier]
    pub account: String,
    pub balance: i64,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn open(command: Open) -> Opened {
        Opened { account: command.account }
    }

    #[command_handler]
    fn deposit(&self, command: Deposit) -> Moved {
        Moved { amount: command.amount }
    }

    #[command_handler]
    fn withdraw(account: &mut Root<Self>, command: Withdraw) -> Result<i64, Infallible> {
        account.apply(Moved { amount: -command.amount });
        account.apply(Moved { amount: -1 });
        Ok(account.balance)
    }

    #[command_handler(retry)]
    async fn appraise(account: &mut Root<Self>, _: Appraise, bank: Inject<dyn Bank>) {
        account.apply(Moved { amount: 3 });
        bank.ask().await;
        account.apply(Moved { amount: 4 });
    }

    #[command_handler]
    fn split(
        account: &mut Root<Self>,
        command: Split,
        accounts: Repository<Account>,
    ) -> Result<(), HandlerError<Overdrawn>> {
        account.apply(Moved { amount: -2 });
        let opened = Opened { account: command.to.clone() };
        accounts.create(&command.to, opened)?.apply(Moved { amount: 2 });
        Ok(())
    }

    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { account: event.account.clone(), balance: 0 }
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, event: &Moved) {
        self.balance += event.amount;
    }
}

/// Moves money by loading both accounts.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Transfer {
    pub from: String,
    pub to: String,
    pub amount: i64,
}

#[command_handler]
pub async fn transfer(
    command: Transfer,
    accounts: Repository<Account>,
) -> Result<(), HandlerError<Overdrawn>> {
    let mut from = accounts.load(&command.from).await?;
    let mut to = accounts.load(&command.to).await?;
    from.apply(Moved { amount: -command.amount });
    to.apply(Moved { amount: command.amount });
    Ok(())
}

/// Opens another account and moves money to it.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Split {
    #[target]
    pub account: String,
    pub to: String,
}

/// Moves money by sending commands, one of which moves more, and tells once it is durable; or
/// refuses after all that.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Pay {
    pub from: String,
    pub to: String,
    pub is_refused: bool,
}

/// What was told once it was durable.
pub type Told = std::sync::Mutex<Vec<&'static str>>;

#[command_handler(retry)]
pub async fn pay(
    command: Pay,
    commands: CommandGateway,
    events: EventGateway,
    unit: UnitOfWork,
    told: Inject<Told>,
) -> Result<(), HandlerError<Overdrawn>> {
    let Pay { from, to, is_refused } = command;
    unit.after_commit(move || told.lock().unwrap().push("paid"));
    let deposit = Deposit { account: to.clone(), amount: 5 };
    commands.send(deposit).await.map_err(HandlerError::nested)?;
    events.publish(Noted { about: "it".to_owned() }).await?;
    let transfer = Transfer { from, to, amount: 6 };
    let moved: Result<(), CommandError<Overdrawn>> = commands.send(transfer).await;
    moved.map_err(HandlerError::nested)?;
    if is_refused { Err(Overdrawn.into()) } else { Ok(()) }
}

/// Has an effect outside, between a load and an `apply`.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Charge {
    pub account: String,
}

#[command_handler(retry)]
pub async fn charge(
    command: &Charge,
    accounts: Repository<Account>,
    bank: Inject<dyn Bank>,
) -> Result<(), HandlerError<Overdrawn>> {
    let mut account = accounts.load(&command.account).await?;
    bank.ask().await;
    account.apply(Moved { amount: 8 });
    Ok(())
}

/// Notes something, unless that was done already.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct NoteOnce {
    pub about: String,
}

#[derive(Debug, Default)]
pub struct Notes(usize);

#[boundary]
impl Notes {
    #[criteria]
    fn of_note(command: &NoteOnce) -> Criteria {
        Criteria::tag("about", &command.about)
    }

    #[event_sourcing_handler]
    fn on_noted(&mut self, _: &Noted) {
        self.0 += 1;
    }
}

#[command_handler]
pub fn note_once(command: &NoteOnce, notes: Boundary<Notes>, unit: UnitOfWork) {
    if notes.0 == 0 {
        unit.publish(Noted { about: command.about.clone() });
    }
}
