//! Accounts, and everything that moves money between them.

mod effects;

pub use super::accounts::*;
pub use effects::*;
use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Withdraw {
    #[target]
    pub account: String,
    pub amount: i64,
}

/// Closes the account only as the sender has seen it.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct CloseAt {
    #[target]
    pub account: String,
    #[target_version]
    pub version: Sequence,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{missing} is missing on the account")]
pub struct Overdrawn {
    pub missing: i64,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn withdraw(account: &mut Root<Self>, command: Withdraw) -> Result<i64, Overdrawn> {
        account.apply(Moved { amount: -command.amount });
        if account.balance < 0 {
            return Err(Overdrawn { missing: -account.balance });
        }
        Ok(account.balance)
    }

    #[command_handler]
    fn close_at(&self, _: CloseAt) -> Closed {
        Closed {}
    }

    /// Sends to itself while it runs.
    #[command_handler(retry)]
    async fn mirror(
        account: &mut Root<Self>,
        command: Mirror,
        commands: CommandGateway,
    ) -> Result<(), HandlerError<Overdrawn>> {
        account.apply(Moved { amount: 1 });
        let deposit = Deposit { account: command.account, amount: 1 };
        commands.send(deposit).await.map_err(HandlerError::nested)
    }

    /// A plain function that opens another account, and notes it.
    #[command_handler]
    fn split(
        account: &mut Root<Self>,
        command: Split,
        accounts: Repository<Account>,
        unit: UnitOfWork,
    ) -> Result<(), HandlerError<Overdrawn>> {
        account.apply(Moved { amount: -command.amount });
        unit.publish(Noted { about: command.account });
        let opened = Opened { account: command.to.clone(), balance: 0 };
        accounts.create(&command.to, opened)?.apply(Moved { amount: command.amount });
        account.apply(Moved { amount: 0 });
        Ok(())
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Mirror {
    #[target]
    pub account: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Split {
    #[target]
    pub account: String,
    pub to: String,
    pub amount: i64,
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
) -> Result<(i64, i64), HandlerError<Overdrawn>> {
    let Transfer { from, to, amount } = command;
    let mut from = accounts.load(&from).await?;
    let mut to = accounts.load(&to).await?;
    from.apply(Moved { amount: -amount });
    to.apply(Moved { amount });
    if from.balance < 0 {
        return Err(Overdrawn { missing: -from.balance }.into());
    }
    Ok((from.balance, to.balance))
}

/// Moves money by sending commands: deposits first, so that what fails has to be taken back.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Pay {
    pub from: String,
    pub to: String,
    pub amount: i64,
}

#[command_handler]
pub async fn pay(
    command: Pay,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let Pay { from, to, amount } = command;
    let deposit = Deposit { account: to.clone(), amount };
    commands.send(deposit).await.map_err(HandlerError::nested)?;
    let staged = accounts.load(&to).await?.balance;
    let withdraw = Withdraw { account: from, amount };
    commands.send(withdraw).await.map_err(HandlerError::nested)?;
    Ok(staged)
}

/// Tries to pay from one account after the other, and notes how it went.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct PayFromAny {
    pub from: Vec<String>,
    pub to: String,
    pub amount: i64,
}

#[command_handler]
pub async fn pay_from_any(
    command: PayFromAny,
    commands: CommandGateway,
    events: EventGateway,
) -> Result<Option<String>, HandlerError<Overdrawn>> {
    for from in command.from {
        let pay = Pay { from: from.clone(), to: command.to.clone(), amount: command.amount };
        match commands.send(pay).await {
            Ok(_) => {
                events.publish(Noted { about: from.clone() }).await.map_err(Fault::from)?;
                return Ok(Some(from));
            }
            Err(error) if error.is_rejection() => {}
            Err(error) => return Err(HandlerError::nested(error)),
        }
    }
    Ok(None)
}

/// Does one thing after the other with one aggregate, as the list says.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Misuse(pub Vec<String>);

#[command_handler]
pub async fn misuse(
    command: Misuse,
    accounts: Repository<Account>,
    unit: UnitOfWork,
) -> Result<Vec<String>, HandlerError<Overdrawn>> {
    let id = "a".to_owned();
    let mut said = Vec::new();
    for what in command.0 {
        match what.as_str() {
            "load twice" => {
                let _one = accounts.load(&id).await?;
                said.push(
                    accounts.load(&id).await.err().map_or_else(String::new, |it| it.to_string()),
                );
            }
            "keep a guard" => {
                let guard = accounts.load(&id).await?;
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(guard);
                });
            }
            "create what is there" => drop(accounts.create(&id, opened(&id))?),
            "create another" => drop(accounts.create(&"b".to_owned(), opened(&id))?),
            "load nothing" => drop(accounts.load(&"nobody".to_owned()).await?),
            "load or create" => {
                let made = accounts.load_or_create(&"new".to_owned(), || opened("new")).await?;
                said.push(made.balance.to_string());
            }
            "panic in a callback" => drop(unit.after_commit(|| panic!("a callback fell"))),
            other => panic!("nobody knows {other}"),
        }
    }
    Ok(said)
}

fn opened(account: &str) -> Opened {
    Opened { account: account.to_owned(), balance: 0 }
}

/// Only reads, and stores nothing.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Total(pub Vec<String>);

#[command_handler]
pub async fn total(
    command: Total,
    accounts: Repository<Account>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let mut total = 0;
    for account in &command.0 {
        total += accounts.load(account).await?.balance;
    }
    Ok(total)
}

/// A failed login is counted.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Refuse {
    pub account: String,
}

#[command_handler]
pub async fn refuse(
    command: Refuse,
    accounts: Repository<Account>,
) -> Result<(), HandlerError<Overdrawn>> {
    accounts.load(&command.account).await?.apply(Moved { amount: 1 });
    Err(Recorded(Overdrawn { missing: 1 }).into())
}
