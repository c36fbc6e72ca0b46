//! What reaches outside while it works, and what is told once it is durable.

use std::sync::Arc;

use es_core::command::CommandError;
use es_core::prelude::*;

use super::{Account, Deposit, Moved, Noted, Overdrawn, Withdraw};

/// Waits for somebody in the middle of its work.
pub trait Pause: Send + Sync {
    fn pause(&self) -> es_core::future::BoxFuture<'_, ()>;
}

/// Has an effect outside between a load and an `apply`.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Charge {
    pub account: String,
    pub amount: i64,
}

#[command_handler]
pub async fn charge(
    command: &Charge,
    accounts: Repository<Account>,
    bank: Inject<dyn Pause>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let mut account = accounts.load(&command.account).await?;
    bank.pause().await;
    account.apply(Moved { amount: command.amount });
    Ok(account.balance)
}

/// The same for a handler that says that its effect may be repeated.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct ChargeAgain {
    pub account: String,
    pub amount: i64,
}

#[command_handler(retry)]
pub async fn charge_again(
    command: &ChargeAgain,
    accounts: Repository<Account>,
    bank: Inject<dyn Pause>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let mut account = accounts.load(&command.account).await?;
    bank.pause().await;
    account.apply(Moved { amount: command.amount });
    Ok(account.balance)
}

/// Sends a command whose handler has an effect outside.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct ChargeFor {
    pub account: String,
    pub other: String,
}

#[command_handler]
pub async fn charge_for(
    command: ChargeFor,
    commands: CommandGateway,
) -> Result<i64, HandlerError<Overdrawn>> {
    let ChargeFor { account, other } = command;
    let deposit = Deposit { account: other, amount: 1 };
    commands.send(deposit).await.map_err(HandlerError::nested)?;
    commands.send(Charge { account, amount: 2 }).await.map_err(HandlerError::nested)
}

/// Whoever wants to be told once a command is durable.
pub type Told = std::sync::Mutex<Vec<String>>;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Tell {
    pub account: String,
    pub amount: i64,
    pub fails: bool,
}

#[command_handler(retry)]
pub async fn tell(
    command: Tell,
    commands: CommandGateway,
    unit: UnitOfWork,
    told: Inject<Told>,
) -> Result<(), HandlerError<Overdrawn>> {
    let tell = |what: &str| {
        let (told, what) = (told.clone(), what.to_owned());
        move || told.lock().unwrap().push(what)
    };
    unit.after_commit(tell("outer"));
    let Tell { account, amount, fails } = command;
    if amount > 0 {
        let inner = Tell { account: account.clone(), amount: 0, fails };
        let _: Result<(), CommandError<Overdrawn>> = commands.send(inner).await;
        let deposit = Deposit { account, amount };
        commands.send(deposit).await.map_err(HandlerError::nested)?;
    } else if fails {
        return Err(Overdrawn { missing: 0 }.into());
    }
    Ok(())
}

/// Leaves a guard behind that changes the account after its command has failed.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct LeaveBehind {
    pub account: String,
}

#[command_handler]
pub async fn leave_behind(
    command: LeaveBehind,
    accounts: Repository<Account>,
    unit: UnitOfWork,
    left: Inject<Left>,
) -> Result<(), HandlerError<Overdrawn>> {
    let mut guard = accounts.load(&command.account).await?;
    guard.apply(Moved { amount: 1 });
    *left.0.lock().unwrap() = Some((guard, unit));
    Err(Overdrawn { missing: 0 }.into())
}

/// What a handler has left behind.
#[derive(Default)]
pub struct Left(std::sync::Mutex<Option<(Loaded<Account>, UnitOfWork)>>);

/// Sends a command that leaves a guard behind, and takes it up.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct TakeUp {
    pub account: String,
}

#[command_handler]
pub async fn take_up(
    command: TakeUp,
    commands: CommandGateway,
    left: Inject<Left>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let account = command.account;
    commands.send(LeaveBehind { account: account.clone() }).await.unwrap_err();
    if let Some((mut guard, unit)) = left.0.lock().unwrap().take() {
        guard.apply(Moved { amount: 2 });
        unit.publish(Noted { about: "nothing".to_owned() });
    }
    let withdraw = Withdraw { account, amount: 0 };
    commands.send(withdraw).await.map_err(HandlerError::nested)
}

/// A pause that a test ends.
pub struct ManualPause {
    pub asked: tokio::sync::Semaphore,
    pub go: tokio::sync::Semaphore,
}

impl ManualPause {
    pub fn new() -> Arc<Self> {
        let (asked, go) = (tokio::sync::Semaphore::new(0), tokio::sync::Semaphore::new(0));
        Arc::new(Self { asked, go })
    }

    pub async fn until_asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }
}

impl Pause for ManualPause {
    fn pause(&self) -> es_core::future::BoxFuture<'_, ()> {
        Box::pin(async {
            self.asked.add_permits(1);
            self.go.acquire().await.unwrap().forget();
        })
    }
}
