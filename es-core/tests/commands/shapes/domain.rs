//! An account that is opened, paid into and closed through handlers of every shape.

use std::convert::Infallible;

use es_core::prelude::*;

macro_rules! commands {
    ($($name:ident)*) => { $(
        #[derive(Command, Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            #[target]
            pub account: String,
            pub amount: u64,
        }

        impl $name {
            pub fn new(account: &str, amount: u64) -> Self {
                Self { account: account.to_owned(), amount }
            }
        }
    )* };
}

commands! {
    Open OpenTwice OpenAndClose Close CloseTwice Deposit PayIn Import ImportSlowly
    Ensure EnsureStep LogIn LogInPlainly LogInStep
}

/// Withdraws from the account that the sender saw.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Withdraw {
    #[target]
    pub account: String,
    #[target_version]
    pub seen: Sequence,
    pub amount: u64,
}

/// The same, with a version that may be left open.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Peek {
    #[target]
    pub account: String,
    #[target_version]
    pub seen: Option<Sequence>,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub account: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deposited {
    pub amount: u64,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {
    pub amount: u64,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoginFailed {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {}

#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum AccountError {
    #[error("nothing is paid in")]
    NothingPaidIn,
    #[error("{failures} logins failed")]
    LoginFailed { failures: u32 },
}

pub type Decided<T> = Result<T, AccountError>;
pub type Kept<T> = Result<T, Recorded<AccountError>>;

#[aggregate]
#[derive(Debug)]
pub struct Account {
    #[aggregate_identifier]
    pub account: String,
    pub balance: u64,
    pub failures: u32,
}

#[aggregate(events(derive(Debug)))]
impl Account {
    #[command_handler]
    fn open(command: Open) -> Opened {
        Opened { account: command.account }
    }

    #[command_handler]
    fn close(&self, _command: Close) -> Closed {
        Closed {}
    }

    #[command_handler]
    fn open_and_close(command: OpenAndClose) -> (Opened, Closed) {
        (Opened { account: command.account }, Closed {})
    }

    #[command_handler]
    fn open_twice(command: OpenTwice) -> [Opened; 2] {
        [(); 2].map(|()| Opened { account: command.account.clone() })
    }

    #[command_handler]
    fn close_twice(&self, _command: CloseTwice) -> (Closed, Deposited) {
        (Closed {}, Deposited { amount: 1 })
    }

    // A pair of deciding handlers: one cannot fail, the other can.
    #[command_handler]
    fn open_with(command: PayIn) -> (Opened, Deposited) {
        (Opened { account: command.account }, Deposited { amount: command.amount })
    }

    #[command_handler]
    fn pay_in(&self, command: &PayIn) -> Result<Deposited, AccountError> {
        if command.amount == 0 {
            return Err(AccountError::NothingPaidIn);
        }
        Ok(Deposited { amount: command.amount })
    }

    // A pair in which the creating handler refuses, through an alias, and the other applies.
    #[command_handler]
    fn import(account: &mut Root<Self>, command: &Import) -> Result<(), AccountError> {
        account.apply(Deposited { amount: command.amount });
        Ok(())
    }

    #[command_handler]
    fn import_new(command: &Import) -> Decided<Option<Opened>> {
        match command.amount {
            0 => Err(AccountError::NothingPaidIn),
            // A creator that returns no event stores nothing.
            1 => Ok(None),
            _ => Ok(Some(Opened { account: command.account.clone() })),
        }
    }

    // A pair of a plain and an asynchronous handler.
    #[command_handler]
    async fn import_slowly(account: &mut Root<Self>, command: ImportSlowly, id: CommandId) {
        tokio::task::yield_now().await;
        assert_ne!(id.to_string(), "");
        account.apply(Deposited { amount: command.amount });
    }

    #[command_handler]
    fn import_slowly_new(command: ImportSlowly) -> Opened {
        Opened { account: command.account }
    }

    #[command_handler(create_if_missing)]
    fn ensure(account: Option<&Self>, command: Ensure) -> Option<Opened> {
        account.is_none().then_some(Opened { account: command.account })
    }

    #[command_handler(create_if_missing)]
    fn ensure_step(place: &mut Slot<Self>, command: EnsureStep) -> Result<u64, Infallible> {
        if place.get().is_none() {
            place.apply(Opened { account: command.account });
        }
        place.apply(Deposited { amount: command.amount });
        Ok(place.get().map_or(0, |account| account.balance))
    }

    #[command_handler]
    fn deposit(account: &mut Root<Self>, command: Deposit) -> Result<u64, Infallible> {
        account.apply(Deposited { amount: command.amount });
        Ok(account.balance)
    }

    #[command_handler]
    fn withdraw(&self, command: Withdraw) -> Withdrawn {
        Withdrawn { amount: command.amount }
    }

    #[command_handler]
    fn peek(account: &mut Root<Self>, _command: Peek) -> Result<u64, Infallible> {
        Ok(account.balance)
    }

    // Refuses, and keeps the count of failures: with `?`, with an alias, and step by step.
    #[command_handler]
    fn log_in(account: &mut Root<Self>, command: LogIn) -> Result<u32, HandlerError<AccountError>> {
        if command.amount == 0 {
            return Err(AccountError::NothingPaidIn)?;
        }
        account.apply(LoginFailed {});
        Err(Recorded(AccountError::LoginFailed { failures: account.failures }))?
    }

    #[command_handler]
    async fn log_in_plainly(account: &mut Root<Self>, _command: LogInPlainly) -> Kept<u32> {
        account.apply(LoginFailed {});
        Err(Recorded(AccountError::LoginFailed { failures: account.failures }))
    }

    #[command_handler]
    fn log_in_step(
        place: &mut Slot<Self>,
        command: LogInStep,
    ) -> Result<(), Recorded<AccountError>> {
        if place.get().is_none() {
            place.apply(Opened { account: command.account });
        }
        if command.amount > 0 {
            place.apply(LoginFailed {});
        }
        let failures = place.get().map_or(0, |account| account.failures);
        Err(Recorded(AccountError::LoginFailed { failures }))
    }

    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { account: event.account.clone(), balance: 0, failures: 0 }
    }

    #[event_sourcing_handler]
    fn on_deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }

    #[event_sourcing_handler]
    fn on_withdrawn(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }

    #[event_sourcing_handler]
    fn on_login_failed(&mut self, _event: &LoginFailed) {
        self.failures += 1;
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_closed(&mut self, _event: &Closed) {}
}
