//! Handlers of every shape run through a started application, and do what their signature says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use es_core::aggregate::LoadError;
use es_core::prelude::*;

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AccountId(String);

macro_rules! commands {
    ($($name:ident)*) => { $(
        #[derive(Command, Clone, Serialize, Deserialize)]
        pub struct $name {
            #[target]
            pub id: AccountId,
            pub amount: i64,
        }
    )* };
}

commands! { Open Ensure Deposit Withdraw Transfer Bonus Audit Close Break }

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    #[tag]
    id: AccountId,
}
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
pub struct Changed {
    by: i64,
}
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
pub struct Closed;

#[derive(Debug, PartialEq)]
pub struct Overdrawn {
    missing: i64,
}

impl fmt::Display for Overdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} are missing", self.missing)
    }
}

impl std::error::Error for Overdrawn {}

pub trait Bank: Send + Sync {
    fn charge(&self, id: CommandId, amount: i64) -> Result<String, std::io::Error>;
}

struct TestBank;

impl Bank for TestBank {
    fn charge(&self, _id: CommandId, amount: i64) -> Result<String, std::io::Error> {
        match amount {
            0 => Err(std::io::Error::other("the bank is closed")),
            amount => Ok(format!("receipt for {amount}")),
        }
    }
}

#[aggregate(name = "account")]
pub struct Account {
    #[aggregate_identifier]
    id: AccountId,
    balance: i64,
}

#[aggregate(events(derive(Debug, Clone)))]
impl Account {
    #[command_handler]
    fn open(command: Open) -> Opened {
        Opened { id: command.id }
    }

    #[command_handler]
    fn ensure(account: Option<&Self>, command: &Ensure) -> Option<Opened> {
        account.is_none().then(|| Opened { id: command.id.clone() })
    }

    #[command_handler]
    fn withdraw(&self, command: Withdraw) -> Result<(Changed, Option<AccountEvent>), Overdrawn> {
        let missing = command.amount - self.balance;
        if missing > 0 {
            return Err(Overdrawn { missing });
        }
        Ok((Changed { by: -command.amount }, None))
    }

    #[command_handler]
    fn deposit(account: &mut Root<Self>, command: Deposit) -> Result<i64, Infallible> {
        account.apply(Changed { by: command.amount });
        Ok(account.balance)
    }

    #[command_handler]
    fn transfer(place: &mut Slot<Self>, command: Transfer) -> Result<bool, Infallible> {
        let is_new = place.get().is_none();
        if is_new {
            place.apply(Opened { id: command.id });
        }
        place.apply(Changed { by: command.amount });
        Ok(is_new)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { id: event.id.clone(), balance: 0 }
    }

    #[event_sourcing_handler]
    fn on_changed(&mut self, event: &Changed) {
        self.balance += event.by;
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_closed(&mut self, _event: &Closed) {}
}

// The same aggregate's handlers with effects outside, in a block of their own.
mod effects {
    use super::{
        Account, Audit, Bank, Bonus, Break, Changed, Close, Closed, CommandId, HandlerError,
        Inject, Metadata, Overdrawn, Root, Timestamp,
    };
    use es_core::{aggregate, command_handler};

    #[aggregate]
    impl Account {
        #[command_handler]
        async fn bonus(
            account: &mut Root<Self>,
            command: &Bonus,
            id: CommandId,
            bank: Inject<dyn Bank>,
        ) -> Result<String, HandlerError<Overdrawn>> {
            if command.amount < 0 {
                return Err(Overdrawn { missing: -command.amount })?;
            }
            account.apply(Changed { by: command.amount });
            tokio::task::yield_now().await;
            Ok(bank.charge(id, command.amount).map_err(es_core::fault::Fault::from)?)
        }

        #[command_handler(retry)]
        async fn audit(&self, _: Audit, metadata: &Metadata, at: &mut Timestamp) -> Vec<Changed> {
            assert_eq!(metadata.get("user").as_deref(), Some("ada"));
            let _ = at;
            tokio::task::yield_now().await;
            vec![Changed { by: 1 }; 2]
        }

        #[command_handler]
        fn close(&self, _: Close) -> Closed {
            Closed
        }

        #[command_handler]
        fn break_apart(&self, _: Break) {
            assert!(self.balance > i64::MAX - 1, "broken on purpose");
        }
    }
}

async fn start() -> (App, CommandGateway, AccountId) {
    let app = App::test().only::<Account>().provide::<dyn Bank>(Arc::new(TestBank));
    let app = app.start().await.unwrap();
    let commands = app.commands();
    (app, commands, AccountId("1".into()))
}

#[tokio::test]
async fn a_handler_without_receiver_creates_once() {
    let (app, commands, id) = start().await;
    commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap();
    let again = commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap_err();
    assert!(matches!(again, CommandError::AlreadyExists { .. }), "{again}");
    app.shutdown(Duration::from_secs(5)).await.unwrap();
}

#[tokio::test]
async fn a_handler_that_needs_the_aggregate_is_refused_without_it() {
    let (_app, commands, id) = start().await;
    let missing = commands.send(Deposit { id: id.clone(), amount: 1 }).await.unwrap_err();
    assert!(matches!(missing, CommandError::NotFound { .. }), "{missing}");
    let missing = commands.send(Withdraw { id, amount: 1 }).await.unwrap_err();
    assert!(matches!(missing, CommandError::NotFound { .. }), "{missing}");
}

#[tokio::test]
async fn optional_and_slot_handlers_create_and_go_on() {
    let (_app, commands, id) = start().await;
    commands.send(Ensure { id: id.clone(), amount: 0 }).await.unwrap();
    commands.send(Ensure { id: id.clone(), amount: 0 }).await.unwrap();
    assert!(!commands.send(Transfer { id: id.clone(), amount: 5 }).await.unwrap());
    let other = AccountId("2".into());
    assert!(commands.send(Transfer { id: other, amount: 5 }).await.unwrap());
    assert_eq!(commands.send(Deposit { id, amount: 1 }).await.unwrap(), 6);
}

#[tokio::test]
async fn errors_and_replies_keep_their_types() {
    let (_app, commands, id) = start().await;
    commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap();
    let error = commands.send(Withdraw { id: id.clone(), amount: 9 }).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&Overdrawn { missing: 9 }));
    let receipt = commands.send(Bonus { id: id.clone(), amount: 4 }).await.unwrap();
    assert_eq!(receipt, "receipt for 4");
    let error = commands.send(Bonus { id: id.clone(), amount: -3 }).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&Overdrawn { missing: 3 }));
    let fault = commands.send(Bonus { id: id.clone(), amount: 0 }).await.unwrap_err();
    assert!(matches!(fault, CommandError::Fault { .. }), "{fault}");
    // The event applied before the fault is gone with it.
    assert_eq!(commands.send(Deposit { id, amount: 0 }).await.unwrap(), 4);
}

#[tokio::test]
async fn parameters_come_from_the_context() {
    let (app, commands, id) = start().await;
    commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap();
    let dispatch = Dispatch::new().meta("user", "ada");
    commands.send_with(Audit { id: id.clone(), amount: 0 }, dispatch).await.unwrap();
    let account = app.repository::<Account>().load(&id).await.unwrap();
    assert_eq!(account.balance, 2);
}

#[tokio::test]
async fn a_deleting_event_ends_the_aggregate() {
    let (app, commands, id) = start().await;
    commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap();
    commands.send(Close { id: id.clone(), amount: 0 }).await.unwrap();
    let gone = commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap_err();
    assert!(matches!(gone, CommandError::Deleted { .. }), "{gone}");
    let loaded = app.repository::<Account>().load(&id).await;
    assert!(matches!(loaded, Err(LoadError::Deleted { .. })));
}

#[tokio::test]
async fn a_panic_is_the_error_of_its_command_alone() {
    let (_app, commands, id) = start().await;
    commands.send(Open { id: id.clone(), amount: 0 }).await.unwrap();
    let panicked = commands.send(Break { id: id.clone(), amount: 0 }).await.unwrap_err();
    assert!(matches!(panicked, CommandError::Panicked { .. }), "{panicked}");
    assert_eq!(commands.send(Deposit { id, amount: 2 }).await.unwrap(), 2);
}

#[test]
fn handlers_stay_functions_of_the_user() {
    let mut account = Account::on_opened(&Opened { id: AccountId("1".into()) });
    account.on_changed(&Changed { by: 3 });
    let withdrawn = account.withdraw(Withdraw { id: account.id.clone(), amount: 5 });
    assert_eq!(withdrawn.unwrap_err(), Overdrawn { missing: 2 });
    let all: Vec<AccountEvent> = vec![Changed { by: 1 }.into(), Closed.into()];
    assert!(matches!(all[..], [AccountEvent::Changed(_), AccountEvent::Closed(_)]));
}
