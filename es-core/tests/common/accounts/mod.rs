//! Accounts, as several tests need them. Each adds handlers in blocks of its own.
// Each test uses some of it.
#![allow(dead_code)]

use std::convert::Infallible;

use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Open {
    #[target]
    pub account: String,
    pub balance: i64,
}

/// Is decided without a change of the account at hand.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Deposit {
    #[target]
    pub account: String,
    pub amount: i64,
}

/// Changes the account at hand, and answers its balance.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct PayIn {
    #[target]
    pub account: String,
    pub amount: i64,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Opened {
    pub account: String,
    pub balance: i64,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Moved {
    pub amount: i64,
}

#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Closed {}

/// Belongs to no account.
#[derive(Event, Debug, Serialize, Deserialize)]
pub struct Noted {
    #[tag]
    pub about: String,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("no")]
pub struct No;

/// Panics the command handler that is to deposit it.
pub const UNLUCKY: i64 = 1_000_013;
/// Panics the event-sourcing handler, after it has changed the balance.
pub const HALF_MOVED: i64 = 2_000_013;

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
        Opened { account: command.account, balance: command.balance }
    }

    #[command_handler]
    fn deposit(&self, command: Deposit) -> Moved {
        assert_ne!(command.amount, UNLUCKY, "an unlucky amount");
        Moved { amount: command.amount }
    }

    #[command_handler]
    fn pay_in(account: &mut Root<Self>, command: PayIn) -> Result<i64, Infallible> {
        account.apply(Moved { amount: command.amount });
        Ok(account.balance)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { account: event.account.clone(), balance: event.balance }
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, event: &Moved) {
        self.balance += event.amount;
        assert_ne!(event.amount, HALF_MOVED, "half changed");
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_closed(&mut self, _: &Closed) {}
}

/// The account of most stories.
pub fn a() -> String {
    "a".to_owned()
}

/// Opens it.
pub fn open_a() -> Open {
    Open { account: a(), balance: 0 }
}

/// Pays in on it.
pub fn pay_in(amount: i64) -> PayIn {
    PayIn { account: a(), amount }
}
