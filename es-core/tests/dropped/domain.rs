//! Accounts, with a handler of every shape that waits somewhere.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use es_core::command::CommandError;
use es_core::future::BoxFuture;
use es_core::prelude::*;

pub use super::accounts::*;
use super::waiting_log::waits;

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
impl Account {
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
    ) -> Result<(), HandlerError<No>> {
        account.apply(Moved { amount: -2 });
        let opened = Opened { account: command.to.clone(), balance: 0 };
        accounts.create(&command.to, opened)?.apply(Moved { amount: 2 });
        Ok(())
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
) -> Result<(), HandlerError<No>> {
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
) -> Result<(), HandlerError<No>> {
    let Pay { from, to, is_refused } = command;
    unit.after_commit(move || told.lock().unwrap().push("paid"));
    let deposit = Deposit { account: to.clone(), amount: 5 };
    commands.send(deposit).await.map_err(HandlerError::nested)?;
    events.publish(Noted { about: "it".to_owned() }).await.map_err(Fault::from)?;
    let transfer = Transfer { from, to, amount: 6 };
    let moved: Result<(), CommandError<No>> = commands.send(transfer).await;
    moved.map_err(HandlerError::nested)?;
    if is_refused { Err(No.into()) } else { Ok(()) }
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
) -> Result<(), HandlerError<No>> {
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
