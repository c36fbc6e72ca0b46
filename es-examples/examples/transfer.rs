//! One command that changes several aggregates: all of it is stored, or nothing.
use std::time::Duration;

use es_core::prelude::*;
use es_sqlite as _;

/// Opens an account.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct OpenAccount {
    /// The new account.
    #[target]
    pub account: String,
    /// What is paid in at once.
    pub balance: i64,
}

/// Takes money from an account.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Withdraw {
    /// The account.
    #[target]
    pub account: String,
    /// How much.
    pub amount: i64,
}

/// Pays out what is left on an account.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct PayOut {
    /// The account.
    #[target]
    pub account: String,
    /// The number of the receipt.
    pub receipt: String,
}

/// An account was opened.
#[derive(Event, Debug, Serialize, Deserialize)]
pub struct AccountOpened {
    /// The account.
    pub account: String,
    /// Its first balance.
    pub balance: i64,
}

/// Money came in, or went out.
#[derive(Event, Debug, Serialize, Deserialize)]
pub struct MoneyMoved {
    /// How much came in; below zero it went out.
    pub amount: i64,
}

/// There is not enough money.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{missing} is missing on the account")]
pub struct Overdrawn {
    /// How much.
    pub missing: i64,
}

/// An account.
#[aggregate]
pub struct Account {
    #[aggregate_identifier]
    account: String,
    /// What is on it.
    pub balance: i64,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn open(command: OpenAccount) -> AccountOpened {
        AccountOpened { account: command.account, balance: command.balance }
    }

    #[command_handler]
    fn withdraw(&self, command: Withdraw) -> Result<MoneyMoved, Overdrawn> {
        let missing = command.amount - self.balance;
        if missing > 0 {
            return Err(Overdrawn { missing });
        }
        Ok(MoneyMoved { amount: -command.amount })
    }

    /// An aggregate's own handler makes another aggregate.
    #[command_handler]
    fn pay_out(
        &self,
        command: PayOut,
        receipts: Repository<Receipt>,
    ) -> Result<MoneyMoved, HandlerError<Overdrawn>> {
        let (receipt, amount) = (command.receipt, self.balance);
        receipts.create(&receipt.clone(), ReceiptWritten { receipt, amount })?;
        Ok(MoneyMoved { amount: -amount })
    }

    #[event_sourcing_handler]
    fn on_opened(event: &AccountOpened) -> Self {
        Self { account: event.account.clone(), balance: event.balance }
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, event: &MoneyMoved) {
        self.balance += event.amount;
    }
}

/// Moves money from one account to another, and writes a receipt.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Transfer {
    /// Whose money it is.
    pub from: String,
    /// Who gets it.
    pub to: String,
    /// How much.
    pub amount: i64,
    /// The number of the receipt.
    pub receipt: String,
}

/// A receipt was written.
#[derive(Event, Debug, Serialize, Deserialize)]
pub struct ReceiptWritten {
    /// Its number.
    pub receipt: String,
    /// What was moved.
    pub amount: i64,
}

/// A receipt; it has no commands of its own, others make it.
#[aggregate]
pub struct Receipt {
    #[aggregate_identifier]
    receipt: String,
    /// What was moved.
    pub amount: i64,
}

#[aggregate]
impl Receipt {
    #[event_sourcing_handler]
    fn on_written(event: &ReceiptWritten) -> Self {
        Self { receipt: event.receipt.clone(), amount: event.amount }
    }
}

/// No aggregate handles this: it loads two, and makes a third.
///
/// # Errors
/// There is not enough money, or one of the accounts does not exist.
#[command_handler]
pub async fn transfer(
    command: Transfer,
    accounts: Repository<Account>,
    receipts: Repository<Receipt>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let Transfer { from, to, amount, receipt } = command;
    let mut from = accounts.load(&from).await?;
    let mut to = accounts.load(&to).await?;
    if from.balance < amount {
        return Err(Overdrawn { missing: amount - from.balance }.into());
    }
    from.apply(MoneyMoved { amount: -amount });
    to.apply(MoneyMoved { amount });
    receipts.create(&receipt.clone(), ReceiptWritten { receipt, amount })?;
    Ok(from.balance)
}

/// Takes an amount from the first account that has it.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawFromAny {
    /// Where to look, in this order.
    pub accounts: Vec<String>,
    /// How much.
    pub amount: i64,
}

/// Sends commands of its own, and goes on where one is refused.
///
/// # Errors
/// None of the accounts has enough, or one does not exist.
#[command_handler]
pub async fn withdraw_from_any(
    command: WithdrawFromAny,
    commands: CommandGateway,
) -> Result<String, HandlerError<Overdrawn>> {
    let WithdrawFromAny { accounts, amount } = command;
    let mut least = amount;
    for account in accounts {
        match commands.send(Withdraw { account: account.clone(), amount }).await {
            Ok(()) => return Ok(account),
            Err(CommandError::Rejected { error, .. }) => least = least.min(error.missing),
            Err(error) => return Err(HandlerError::nested(error)),
        }
    }
    Err(Overdrawn { missing: least }.into())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::builder().store("sqlite:data/transfer.db").start().await?;
    let commands = app.commands();
    let new = |name: &str| format!("{name} {}", CommandId::generate()); // new ones at each run
    let (ada, bob) = (new("ada"), new("bob"));
    commands.send(OpenAccount { account: ada.clone(), balance: 100 }).await?;
    commands.send(OpenAccount { account: bob.clone(), balance: 0 }).await?;
    let (from, to, receipt) = (ada.clone(), bob.clone(), new("receipt"));
    let left = commands.send(Transfer { from, to, amount: 70, receipt }).await?;
    println!("{left} are left, and bob has the rest");
    let from = commands.send(WithdrawFromAny { accounts: vec![ada, bob], amount: 50 }).await?;
    println!("50 are taken from {from}");
    Ok(app.shutdown(Duration::from_secs(5)).await?)
}
